"""Laws of judging that hold for every log and every policy set.

Laws over time draw tickets that begin with their creation: one that is learnt later changes what came before it, with a finding.
"""

from datetime import UTC, datetime, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from slakit import Escalation, EventLog, Policy, PolicySet, Schedule
from slakit._time import utc
from tests.profiles import examples
from tests.strategies import PRIORITIES, START, STATUSES, as_ofs, as_table, log_of, well_formed_rows
from tests.strategies_judging import (
    changing_rows,
    exclusions,
    following_policy_sets,
    judging_rows,
    lengths,
    merging_rows,
    policy_sets,
    schedules,
    spans,
)

US = timedelta(microseconds=1)


def instants_of(first, second):
    """Two drawn instants (us) in order, as datetimes."""
    return tuple(utc(us) for us in sorted((first, second)))


def breaches(result):
    """Every breach that a judgement lists: (ticket, metric, ordinal, instant), of verdicts and of histories."""
    plain = result.to_dict()
    found = set()
    for ticket, metric, ordinal, at, history in zip(
        plain["ticket"], plain["metric"], plain["ordinal"], plain["breached_at"], plain["history"], strict=True
    ):
        if at is not None:
            found.add((ticket, metric, ordinal, at))
        found.update((ticket, metric, ordinal, past["breached_at"]) for past in history)
    return found


@examples(600)
@given(judging_rows(), policy_sets(), as_ofs(), exclusions())
def test_objects_and_columns_judge_alike(rows, policies, as_of, excluded):
    """Both interpreters give identical rows and identical findings."""
    one = policies.judge(log_of(rows), as_of=utc(as_of), engine="object", exclusions=excluded)
    other = policies.judge(log_of(rows, columns=True), as_of=utc(as_of), engine="column", exclusions=excluded)
    assert one.to_dict() == other.to_dict()
    assert one.findings == other.findings


@examples(600)
@given(changing_rows(), st.one_of(following_policy_sets(), policy_sets()), as_ofs(), exclusions())
def test_objects_and_columns_follow_changes_alike(rows, policies, as_of, excluded):
    """So they do on tickets that change what policies read again and again, with merges among them."""
    one = policies.judge(log_of(rows), as_of=utc(as_of), engine="object", exclusions=excluded)
    other = policies.judge(log_of(rows, columns=True), as_of=utc(as_of), engine="column", exclusions=excluded)
    assert one.to_dict() == other.to_dict()
    assert one.findings == other.findings


@examples(200)
@given(changing_rows(), following_policy_sets(), as_ofs())
def test_columns_judge_changing_tickets_themselves(rows, policies, as_of):
    """On one schedule, with fixed targets that no change begins anew, only tickets into which others are merged are left to objects."""
    judged = policies.judge(log_of(rows, columns=True), as_of=utc(as_of), engine="column")
    left = judged.regular.judged
    survivors = {row["into"] for row in rows if row["kind"] == "merged" and row["at"] <= utc(as_of)}
    assert set(left.columns.tickets[~left.regular].tolist()) <= survivors


@examples(300)
@given(judging_rows(), policy_sets(), as_ofs(), exclusions())
def test_met_iff_judged_span_within_the_target(rows, policies, as_of, excluded):
    """Verdict, remaining and overrun follow from judged span and target; deadlines from the same reading."""
    for row in policies.judge(log_of(rows), as_of=utc(as_of), exclusions=excluded):
        if row.target_us is None:
            assert row.field_us is not None or row.verdict == "not_applicable"
            continue
        over = row.judged_us > row.target_us
        assert (row.verdict == "breached") is over
        assert row.remaining_us == row.target_us - row.judged_us
        assert (row.breached_us is not None) is over
        assert (row.overrun_us > 0) is over or row.run.carried_us > 0 or row.run.merged_us is not None
        if row.verdict == "met":
            assert row.run.stop is not None
        if over:
            assert row.breached_us <= row.run.end_us
            assert row.due_us <= row.met_until_us
        elif row.due_us is not None and row.run.merged_us is None:
            assert row.met_until_us is None or row.due_us <= max(row.met_until_us, row.declared_us or 0)


@examples(300)
@given(well_formed_rows(gone=True), spans, spans, schedules, as_ofs())
def test_raising_a_target_never_unmeets(rows, first, second, schedule, as_of):
    """What is met under a target is met under a longer one, and what is breached under a longer one is breached under it."""
    both = [
        PolicySet([Policy("p", schedule=schedule, targets={"resolution": length, "first_response": length})]) for length in (first, second)
    ]
    for short, long in zip(*(one.judge(log_of(rows), as_of=utc(as_of)) for one in both), strict=True):
        if short.target_us > long.target_us:
            short, long = long, short  # noqa: PLW2901 - the pair in order
        assert short.verdict != "met" or long.verdict == "met"
        assert long.verdict != "breached" or short.verdict == "breached"
        if long.breached_us is not None:
            assert short.breached_us <= long.breached_us


@examples(300)
@given(st.lists(st.integers(0, 3000), max_size=6, unique=True), st.integers(0, 3000), spans, schedules)
def test_a_pause_never_brings_a_deadline_forward(minutes, pause, length, schedule):
    """A further pending stretch moves the deadline later, hides it, or (once used up) leaves it."""
    start = datetime(2026, 3, 26, 12, tzinfo=UTC)
    base = [{"ticket": 1, "at": start, "kind": "created"}]
    base += [
        {"ticket": 1, "at": start + timedelta(minutes=minute), "kind": "status", "status": ("pending", "open")[number % 2]}
        for number, minute in enumerate(sorted(minutes))
    ]
    more = [*base, {"ticket": 1, "at": start + timedelta(minutes=pause), "kind": "status", "status": "pending", "seq": 9}]
    policies = PolicySet([Policy("p", schedule=schedule, targets={"resolution": length})])
    (one,), (other,) = (policies.judge(EventLog.from_records(rows), as_of=start + timedelta(days=9)) for rows in (base, more))
    assert other.due_us is None or one.due_us is None or other.due_us >= one.due_us


@examples(300)
@given(well_formed_rows(grid="wide"), lengths, st.integers(0, 12), as_ofs())
def test_a_holiday_never_turns_met_into_breached(rows, length, day, as_of):
    """Closing one more day only gives more time."""
    holiday = f"2026-03-{26 + day:02d}" if day < 6 else f"2026-04-{day - 5:02d}"
    hours = "mon-sun 09:00-17:00"
    both = [Schedule.weekly(hours, tz="Europe/Berlin"), Schedule.weekly(hours, tz="Europe/Berlin", holidays=[holiday])]
    judged = [
        PolicySet([Policy("p", schedule=one, targets={"resolution": length, "first_response": length})]).judge(
            log_of(rows), as_of=utc(as_of)
        )
        for one in both
    ]
    for open_day, closed_day in zip(*judged, strict=True):
        assert not (open_day.verdict == "met" and closed_day.verdict != "met")
        assert closed_day.verdict != "breached" or open_day.verdict == "breached"


@examples(400)
@given(judging_rows(tidy=True), policy_sets(), as_ofs(), as_ofs())
def test_a_breach_once_listed_stays_with_its_instant(rows, policies, first, second):
    """A breach listed as of T, in verdict or history, is listed with the same `breached_at` as of every later T."""
    log = log_of(rows)
    early, late = instants_of(first, second)
    assert breaches(policies.judge(log, as_of=early)) <= breaches(policies.judge(log, as_of=late))


@examples(300)
@given(judging_rows(), policy_sets(), as_ofs(), exclusions())
def test_the_answer_as_of_an_instant_is_that_of_the_log_cut_there(rows, policies, as_of, excluded):
    """Later events change nothing, in rows, actions and the next wake-up."""
    whole, cut = (policies.judge(log, as_of=utc(as_of), exclusions=excluded) for log in (log_of(rows), log_of(rows).cut(utc(as_of))))
    assert whole.to_dict() == cut.to_dict()
    assert [one.id for one in whole.actions()] == [one.id for one in cut.actions()]
    assert whole.next_wakeup() == cut.next_wakeup()


@examples(300)
@given(judging_rows(tidy=True), policy_sets(), as_ofs(), as_ofs())
def test_finished_cycles_stay_finished(rows, policies, first, second):
    """Finished cycles of a prefix are finished cycles of the whole: every column of them."""
    log = log_of(rows)
    early, late = (policies.judge(log, as_of=at).to_dict() for at in instants_of(first, second))

    def finished(plain):
        names = [name for name in plain if name != "removed"]
        return [tuple((name, str(plain[name][row])) for name in names) for row, at in enumerate(plain["stopped_at"]) if at is not None]

    assert set(finished(early)) <= set(finished(late))


@examples(300)
@given(well_formed_rows(), policy_sets(), as_ofs())
def test_ways_to_retarget_agree_where_nothing_changes(rows, policies, as_of):
    """Without field events `from_start`, `from_change` and `pinned` give the same rows."""
    log = log_of([row for row in rows if row["kind"] != "field"])
    each = [
        attrs.evolve(policies, policies=[attrs.evolve(one, retarget=how) for one in policies.policies])
        for how in ("from_start", "from_change", "pinned")
    ]
    first, second, third = (one.judge(log, as_of=utc(as_of)).to_dict() for one in each)
    assert first == second == third


@examples(400)
@given(judging_rows(tidy=True), policy_sets(), as_ofs(), as_ofs(), exclusions())
def test_each_action_appears_once_as_time_passes(rows, policies, first, second, excluded):
    """Actions up to T are those that a later look finds up to T: same ids, same instants; no id twice."""
    log = log_of(rows)
    early, late = instants_of(first, second)
    before = [(one.id, one.at) for one in policies.judge(log, as_of=early, exclusions=excluded).actions()]
    after = [(one.id, one.at) for one in policies.judge(log, as_of=late, exclusions=excluded).actions()]
    assert sorted(before) == sorted(one for one in after if one[1] <= early)
    assert len({key for key, _ in after}) == len(after)


@examples(400)
@given(judging_rows(), policy_sets(), as_ofs(), st.integers(0, 10_000), exclusions())
def test_nothing_changes_before_the_next_wakeup(rows, policies, as_of, share, excluded):
    """If nothing happens, verdicts and actions stay as they are until the wake-up, and something differs at it."""
    log, now = log_of(rows).cut(utc(as_of)), utc(as_of)

    def answers(at):
        result = policies.judge(log, as_of=at, exclusions=excluded)
        return [*zip(*(result.to_dict()[name] for name in ("ticket", "metric", "ordinal", "verdict")), strict=True)], [
            one.id for one in result.actions()
        ]

    wake = policies.judge(log, as_of=now, exclusions=excluded).next_wakeup()
    if wake is None:
        assert answers(now) == answers(now + timedelta(days=share))
        return
    between = now + (wake - now) * share / 10_001
    assert answers(now) == answers(max(now, min(between, wake - US)))
    assert answers(now) == answers(wake - US)
    assert answers(now) != answers(wake)


@examples(300)
@given(judging_rows(), policy_sets(), as_ofs(), as_ofs(), exclusions())
def test_what_is_expected_comes_true_if_nothing_happens(rows, policies, first, second, excluded):
    """Actions expected by a later instant are those that have fallen due by then when the log stays as it is."""
    early, late = instants_of(first, second)
    log = log_of(rows).cut(early)
    ahead = [(one.id, one.at) for one in policies.judge(log, as_of=early, exclusions=excluded).actions(between=(None, late + US))]
    assert ahead == [(one.id, one.at) for one in policies.judge(log, as_of=late, exclusions=excluded).actions()]


@examples(400)
@given(merging_rows(), st.sampled_from(("from_start", "from_change", "pinned")))
def test_merges_rewrite_nothing(rows, retarget):
    """Ticket after ticket merged into another: no breach and no action that was listed is listed otherwise later."""
    metrics = ("first_response", "next_response")
    targets = {metric: {"urgent": "10m", "*": "25m"} for metric in metrics}
    levels = [Escalation(metric, at=level, actions="move_to_top") for metric in metrics for level in ("50%", "100%")]
    policies = PolicySet(
        [Policy("p", schedule=Schedule.always(), targets=targets, escalations=levels, retarget=retarget)], priorities=PRIORITIES
    )
    log, listed, due = log_of(rows), set(), set()
    for minute in range(30, 130, 7):
        result = policies.judge(log, as_of=START + timedelta(minutes=minute))
        now, actions = breaches(result), {(one.id, one.at) for one in result.actions()}
        assert listed <= now
        assert due <= actions
        listed, due = now, actions


@examples(100)
@given(judging_rows(), policy_sets(), as_ofs())
def test_a_policy_set_reads_back(rows, policies, as_of):
    """The plain form of a policy set judges as the set does."""
    again = PolicySet.from_dict(policies.to_dict())
    assert again == policies
    log = EventLog.from_columns(as_table(rows), statuses=STATUSES)
    assert again.judge(log, as_of=utc(as_of)).to_dict() == policies.judge(log, as_of=utc(as_of)).to_dict()
