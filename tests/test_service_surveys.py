"""Surveys: scales, plain answers, ratings of a log, whose they are, and what is refused."""

import pickle

import pytest

from slakit import EventLog, Scale, service
from slakit.errors import MergeError, QueryError, SurveyError

T = "2026-02-01T00:00:00+00:00"
DAY = "2026-01-05T"


def row(ticket, clock, kind, **keys):
    """A row on the fifth of January."""
    return {"ticket": ticket, "at": f"{DAY}{clock}:00+00:00", "kind": kind, **keys}


def desk():
    """Four tickets: two of sara's, two of ali's, each solved at eleven and asked for a rating; T3 also has a rated reply."""
    rows = []
    for number, agent in enumerate(("sara", "sara", "ali", "ali")):
        ticket = f"T{number}"
        rows += [
            row(ticket, "10:00", "created", customer=f"c{number}", team="north" if number else "south"),
            row(ticket, "10:05", "message", role="agent", actor=agent, id=f"m{number}"),
            row(ticket, "11:00", "status", status="solved"),
            row(ticket, "11:00", "rating_requested", of="ticket"),
        ]
    rated = (("T0", "12:00", "good"), ("T1", "12:00", "عالی"), ("T2", "12:00", "very bad"), ("T2", "13:00", "bad"))
    rows += [row(ticket, clock, "rating", scale="four", value=value, of="ticket", actor="c") for ticket, clock, value in rated]
    rows.append(row("T3", "13:00", "rating", scale="four", value="excellent", of="m3", actor="c"))
    rows.append(row("T3", "13:00", "rating", scale="0-10", value=9, of="ticket", actor="c"))
    rows.append(row("T3", "13:30", "rating", scale="ces_7", value=4, of="ticket", actor="c"))
    return rows


@pytest.mark.parametrize(
    ("scale", "word", "point"),
    [
        (Scale.TWO, "خوب", 1), (Scale.TWO, True, 1), (Scale.TWO, 0, 0), (Scale.THREE, "Excellent", 3), (Scale.FOUR, "very_bad", 1),
        (Scale.FOUR, "خيلي بد", 1), (Scale.FOUR, "خیلی‌بد", 1), (Scale.FIVE, "متوسط", 3), (Scale.FIVE, "5", 5), (Scale.FIVE, 4.0, 4),
        (Scale.NPS, "10", 10),
    ],
)  # fmt: skip
def test_words_and_numbers_name_answers(scale, word, point):
    """Labels in English and Persian, whatever their case, separators and keyboard, and numbers name the same answers."""
    assert scale.point(word) == point


def test_positive_sets_are_those_of_the_spec():
    """Two: good; three: good and excellent; four: good and excellent; five: 4 and 5; CES 1-7: 5 and more; CES 1-5: 1 and 2."""
    assert [sorted(scale.positive) for scale in (Scale.TWO, Scale.THREE, Scale.FOUR, Scale.FIVE, Scale.CES_7, Scale.CES_5)] == [
        [1], [2, 3], [3, 4], [4, 5], [5, 6, 7], [1, 2],
    ]  # fmt: skip


@pytest.mark.parametrize("given", [7, "awful", 2.5, None, "6", float("nan")])
def test_an_answer_off_the_scale_is_refused_with_the_scale(given):
    """The message lists the answers that there are."""
    with pytest.raises(SurveyError, match="1 very bad, 2 bad, 3 neutral, 4 good, 5 excellent") as caught:
        service.csat([5, given], scale=Scale.FIVE)
    assert caught.value.code == "off_scale"


def test_scales_go_to_plain_data_and_back():
    """`to_dict` reads back to an equal scale, and so does a pickle; a repr is a sentence."""
    own = Scale.of("bad", "meh", "great", positive=["great"], negative=["bad"], aliases={"super": "great"})
    for scale in (own, Scale.CES_7, Scale.FOUR):
        assert Scale.from_dict(scale.to_dict()) == scale == pickle.loads(pickle.dumps(scale))
    assert own.point("SUPER") == 3
    assert repr(own) == "<scale bad-meh-great: 1 bad, 2 meh, 3 great; positive: great>"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Scale("x", (1,), positive=frozenset((1,))), "bad_scale"),
        (lambda: Scale("x", (2, 1), positive=frozenset((1,))), "bad_scale"),
        (lambda: Scale("x", (1, 2), ("bad",), positive=frozenset((2,))), "bad_scale"),
        (lambda: Scale("x", (1, 2), positive=frozenset((1, 2))), "bad_scale"),
        (lambda: Scale("x", (1, 2, 3), positive=frozenset((3,)), negative=frozenset((3,))), "bad_scale"),
        (lambda: Scale("x", (1, 2), positive=frozenset((2,)), negative=frozenset((9,))), "bad_scale"),
        (lambda: Scale.of("bad", "good", positive=["goood"]), "off_scale"),
        (lambda: Scale.named("fife"), "unknown_scale"),
        (lambda: Scale.named(5), "unknown_scale"),
        (lambda: service.csat([5]), "missing_scale"),
        (lambda: service.ces([5]), "missing_scale"),
        (lambda: service.csat([5], scale=Scale.NPS), "wrong_scale"),
        (lambda: service.nps([5], scale="five"), "wrong_scale"),
        (lambda: service.csat("good", scale="two"), "bad_answers"),
        (lambda: service.csat(5, scale="five"), "bad_answers"),
        (lambda: service.csat({"good": -1}, scale="two"), "bad_answers"),
        (lambda: service.csat({"goood": 1}, scale="two"), "off_scale"),
        (lambda: service.csat({"good": "x"}, scale="two"), "bad_answers"),
        (lambda: service.csat([1, 0], scale="two", tickets=["a"]), "bad_answers"),
        (lambda: service.csat([1, 0], scale="two", collapse="last"), "bad_answers"),
        (lambda: service.csat([1, 0], scale="two", requested=1), "bad_requested"),
        (lambda: service.csat(EventLog.of()), "missing_as_of"),
    ],
)
def test_what_makes_no_sense_is_refused(make, code):
    """Each refusal has a code of its own."""
    with pytest.raises(SurveyError) as caught:
        make()
    assert caught.value.code == code


def test_ratings_of_tickets_belong_to_the_agent_at_the_request():
    """Two of three rated tickets are positive; the earlier rating of T2 is superseded; sara has both good ones; three of four answered."""
    result = service.csat(EventLog.from_records(desk()), as_of=T, by="agent")
    assert (result.value, result.n, result.tickets) == (2 / 3, 3, ("T0", "T1", "T2"))
    assert result.excluded == {"superseded": 1}
    assert {agent: (group.numerator, group.n) for agent, group in result.groups.items()} == {"ali": (0, 1), "sara": (2, 2)}
    assert result.response_rate == 3 / 4
    assert dict(result.counts) == {"very bad": 0, "bad": 1, "good": 1, "excellent": 1}
    assert result.mean == 3.0


def test_a_rating_belongs_to_who_had_the_ticket_then_not_now():
    """A ticket that changes hands after the request, or after the solve where nobody was asked, leaves its rating with the first agent."""
    base = [row("A", "10:00", "created"), row("A", "10:01", "assigned", to="sara"), row("A", "11:00", "status", status="solved")]
    later = [row("A", "12:00", "assigned", to="ali"), row("A", "13:00", "rating", scale="two", value="good")]
    asked = [row("A", "11:30", "assigned", to="ines"), row("A", "11:40", "rating_requested")]
    assert list(service.csat(EventLog.from_records(base + later), as_of=T, by="agent").groups) == ["sara"]
    assert list(service.csat(EventLog.from_records(base + asked + later), as_of=T, by="agent").groups) == ["ines"]


def test_ratings_of_replies_belong_to_their_writers():
    """A rated reply counts for the agent who wrote it, in clusters by ticket."""
    rows = [row(ticket, "10:00", "created") for ticket in "ABCD"]
    for place, (ticket, agent, value) in enumerate(
        (("A", "sara", 1), ("A", "sara", 1), ("A", "ali", 1), ("B", "ali", 0), ("C", "sara", 1), ("C", "sara", 1), ("D", "ali", 0))
    ):
        rows.append(row(ticket, f"10:1{place}", "message", role="agent", actor=agent, id=place))
        rows.append(row(ticket, f"11:1{place}", "rating", of=place, scale="two", value=value, actor="c"))
    log = EventLog.from_records(rows)
    result = service.csat(log, as_of=T, per="reply", by="agent")
    assert (result.numerator, result.n, result.method) == (5, 7, "cluster_wilson")
    assert {agent: (group.numerator, group.n) for agent, group in result.groups.items()} == {"ali": (1, 3), "sara": (4, 4)}
    simple = service.csat([1, 1, 1, 0, 1, 1, 0], scale="two")
    assert result.high - result.low > simple.high - simple.low
    assert service.csat(log, as_of=T, per="reply", collapse="last").value == 0.5
    assert service.csat(log, as_of=T).value is None


def test_cluster_interval_is_wilson_at_the_effective_size():
    """Four clusters of 3, 1, 2 and 1 replies with 3, 0, 2 and 0 positive: n from the linearised variance between clusters.

    r = 5/7; residuals 3-15/7, -5/7, 2-10/7, -5/7 have squares summing to 36/49 + 25/49 + 16/49 + 25/49 = 102/49,
    so the variance is (102/49) x 4/3 / 49 and the effective size r(1-r) / variance = 3.6029.
    """
    result = service.csat([1, 1, 1, 0, 1, 1, 0], scale="two", tickets=list("AAABCCD"))
    share, size, z = 5 / 7, (5 / 7) * (2 / 7) / ((102 / 49) * (4 / 3) / 49), 1.959963984540054
    half = z * (share * (1 - share) / size + z * z / (4 * size * size)) ** 0.5
    centre, scale = share + z * z / (2 * size), 1 + z * z / size
    assert size == pytest.approx(3.6029, abs=1e-4)
    assert (result.low, result.high) == pytest.approx(((centre - half) / scale, (centre + half) / scale), rel=1e-9)
    alike = service.csat([1, 1, 1], scale="two", tickets=list("AAB"))
    assert (alike.value, alike.high) == (1.0, 1.0)
    assert alike.low < 1
    assert service.csat([1, 1], scale="two", tickets=list("AA")).low == pytest.approx(1 / (1 + z * z))


def test_kinds_of_survey_do_not_mix():
    """One log holds three surveys; each metric reads its own scale."""
    log = EventLog.from_records(desk())
    nps, ces = service.nps(log, as_of=T), service.ces(log, as_of=T)
    assert (nps.value, nps.n, ces.value, ces.mean) == (100.0, 1, 0.0, 4.0)
    rows = [*desk(), row("T0", "14:00", "rating", scale="five", value=3, actor="d")]
    with pytest.raises(SurveyError, match="four, five, which do not mix") as caught:
        service.csat(EventLog.from_records(rows), as_of=T)
    assert caught.value.code == "mixed_scales"
    assert service.csat(EventLog.from_records(rows), as_of=T, scale="five").n == 1


def test_questions_are_asked_apart():
    """A survey of several questions: each by itself; the same person answers both; an unknown one names those that there are."""
    rows = [row("A", "10:00", "created")]
    rows += [
        row("A", "11:00", "rating", scale="five", question=question, value=value, actor="c")
        for question, value in (("speed", 5), ("tone", 2))
    ]
    log = EventLog.from_records(rows)
    assert service.csat(log, as_of=T).n == 2
    assert [service.csat(log, as_of=T, question=question).value for question in ("speed", "tone")] == [1.0, 0.0]
    with pytest.raises(SurveyError, match="did you mean 'tone'"):
        service.csat(log, as_of=T, question="tona")


def test_ratings_without_a_scale_need_one():
    """Ratings that name no scale are refused, and read on the scale that is passed; those of a question named nps are NPS."""
    rows = [
        row("A", "10:00", "created"),
        row("A", "11:00", "rating", value=4, actor="c"),
        row("A", "11:00", "rating", value=9, question="NPS", actor="c"),
    ]
    log = EventLog.from_records(rows)
    with pytest.raises(SurveyError, match="1 ratings name no scale"):
        service.csat(log, as_of=T)
    assert service.csat(log, as_of=T, scale=Scale.FIVE).n == 1
    assert service.nps(log, as_of=T).n == 1
    assert service.nps(EventLog.from_records(rows[:2]), as_of=T, scale=Scale.NPS).n == 1


def test_an_own_scale_is_matched_by_its_name():
    """Rows that name a scale of one's own are read on it when it is passed; without it the name is unknown."""
    own = Scale.of("sad", "happy", positive=["happy"], negative=["sad"], name="smileys")
    log = EventLog.from_records([row("A", "10:00", "created"), row("A", "11:00", "rating", scale="Smileys", value="happy")])
    assert service.csat(log, as_of=T, scale=own).value == 1.0
    with pytest.raises(SurveyError, match="unknown scale 'Smileys'"):
        service.csat(log, as_of=T)
    assert service.nps(EventLog.from_records([row("A", "10:00", "created")]), as_of=T).value is None


def test_a_rating_off_the_scale_names_its_ticket():
    """The error says on which ticket it was given."""
    log = EventLog.from_records([row("A", "10:00", "created"), row("A", "11:00", "rating", scale="five", value=9)])
    with pytest.raises(SurveyError, match="a rating on ticket 'A': 9 is off the scale five") as caught:
        service.csat(log, as_of=T)
    assert caught.value.code == "off_scale"


def test_removed_tickets_leave_the_survey():
    """A merged ticket's rating and request leave every count, with the reason."""
    rows = [*desk(), row("T0", "15:00", "merged", into="T1")]
    result = service.csat(EventLog.from_records(rows), as_of=T)
    assert (result.n, result.excluded, result.parts["response_rate"].n) == (2, {"merged": 1, "superseded": 1}, 3)


def test_windows_and_time_groups():
    """The rating's own time places it; by weekday on the wall clock of the zone; the zone must be said."""
    log = EventLog.from_records(desk())
    assert service.csat(log, as_of=T, since=f"{DAY}12:30:00Z").tickets == ("T2",)
    assert service.csat(log, as_of=T, until=f"{DAY}12:30:00Z").n == 2
    assert service.csat(log, as_of=T, since=f"{DAY}12:30:00Z", basis="opened").n == 0
    assert list(service.csat(log, as_of=T, by="weekday", tz="UTC").groups) == ["mon"]
    assert list(service.csat(log, as_of=T, by="month", tz="UTC", calendar="jalali").groups) == ["1404-10"]
    for keys, code in (
        ({"by": "hour"}, "missing_zone"),
        ({"by": "custmer"}, "unknown_field"),
        ({"basis": "finished"}, "unknown_basis"),
        ({"since": T, "until": T}, "empty_window"),
    ):
        with pytest.raises(QueryError) as caught:
            service.csat(log, as_of=T, **keys)
        assert caught.value.code == code


def test_nps_shows_whole_points_rounded_once():
    """A sixth is 16.67 points, shown as 17, half away from zero: -0.5 is -1."""
    assert service.nps({10: 2, 8: 3, 0: 1}).rounded == 17
    half = service.nps({0: 1, 8: 199})
    assert (half.value, half.rounded) == (-0.5, -1)
    assert service.nps([]).rounded is None
    assert str(half).startswith("nps -0.5 (n 200)")


def test_answers_by_plain_arrays_merge():
    """Two plain samples pool; samples of another scale's metric do not."""
    whole = service.csat([5, 4], scale="five") + service.csat({1: 2}, scale="five")
    assert (whole.numerator, whole.n) == (2, 4)
    with pytest.raises(MergeError):
        service.csat([5], scale="five") + service.nps([5])
    mean = service.csat([1, 0], scale="two", tickets=["a", "b"], collapse="mean")
    assert mean.value == 0.5
    assert mean.n == 2
