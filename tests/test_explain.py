"""Explanations (SPEC 5.6): the choice with its reason, the deadline in words, English and Persian, as picture and as plain data."""

import re
from xml.etree import ElementTree as ET

import pytest

from slakit import EventLog, Exclusion, Policy, PolicySet, Schedule, Target
from slakit.errors import QueryError
from tests.judging_cases import DESK, HOUR, MINUTE, at, field, log_of, policies, status

TEHRAN = Schedule.weekly("sat-thu 08:00-12:00", tz="Asia/Tehran", holidays={"2026-03-19": "Nowruz"})
TEHRAN_FA = Schedule.weekly("sat-thu 08:00-12:00", tz="Asia/Tehran", holidays={"2026-03-19": "نوروز"})
OPENED = {"ticket": "T-9", "at": "2026-03-18T11:30:00+03:30", "kind": "created", "priority": "urgent", "tier": "gold"}


def told(rows, as_of, *, schedule=TEHRAN, targets=None, language="en", **options):
    """The text about T-9 under one policy."""
    policy = Policy("gold", when={"tier": "gold"}, schedule=schedule, targets=targets or {"first_response": {"urgent": "4h"}}, **options)
    return PolicySet([policy]).judge(EventLog.from_records(rows), as_of=as_of).explain("T-9").text(language)


def test_golden_text_of_a_deadline_over_a_holiday():
    """Wednesday 11:30 to 12:00 is half an hour, Thursday is a holiday, Friday closed: 3 h 30 min from Saturday 08:00."""
    assert told([OPENED], "2026-03-18T13:00:00+03:30") == (
        "Ticket T-9, as of Wednesday 18 March 2026 13:00\n"
        "First response: still in time, 30 min of 4 h used, due Saturday 21 March 2026 11:30\n"
        "  Why: policy gold because tier is 'gold', priority urgent, target 4 h\n"
        "  Deadline: 30 min used by 12:00 on Wednesday, Thursday is Nowruz, 3 h 30 min left from Saturday 08:00"
    )


def test_golden_text_of_a_deadline_over_a_holiday_in_persian():
    """The same with Jalali dates: Saturday 21 March 2026 is 1 Farvardin 1405."""
    assert told([OPENED], "2026-03-18T13:00:00+03:30", schedule=TEHRAN_FA, language="fa") == (
        "تیکت T-9، تا چهارشنبه ۲۷ اسفند ۱۴۰۴ ساعت ۱۳:۰۰\n"
        "پاسخ اول: در مهلت، ۳۰ دقیقه از ۴ ساعت مصرف شده، مهلت شنبه ۱ فروردین ۱۴۰۵ ساعت ۱۱:۳۰\n"
        "  چرا: توافق‌نامه gold، چون tier برابر «gold» است، اولویت urgent، هدف ۴ ساعت\n"
        "  مهلت: ۳۰ دقیقه تا ساعت ۱۲:۰۰ چهارشنبه مصرف شد، پنجشنبه نوروز است، ۳ ساعت و ۳۰ دقیقه از شنبه ساعت ۰۸:۰۰ مانده"
    )


LATE = [
    OPENED,
    {"ticket": "T-9", "at": "2026-03-18T11:40:00+03:30", "kind": "status", "status": "pending"},
    {"ticket": "T-9", "at": "2026-03-21T09:00:00+03:30", "kind": "status", "status": "open"},
    {"ticket": "T-9", "at": "2026-03-21T11:30:00+03:30", "kind": "status", "status": "solved"},
]


def test_golden_text_of_a_breach_with_a_pause():
    """Target 2 h: 10 min on Wednesday, paused until Saturday 09:00, used up at 10:50; solved 40 min later."""
    assert told(LATE, "2026-03-22T08:00:00+03:30", targets={"resolution": "2h"}) == (
        "Ticket T-9, as of Sunday 22 March 2026 08:00\n"
        "Resolution: breached, 2 h 40 min of 2 h used, 40 min over, due Saturday 21 March 2026 10:50\n"
        "  Why: policy gold because tier is 'gold', priority urgent, target 2 h\n"
        "  Deadline: 10 min used by 11:40 on Wednesday, paused (pending) from Wednesday 11:40 to Saturday 09:00, 1 h 50 min left from Saturday 09:00"
    )


def test_golden_text_of_a_breach_with_a_pause_in_persian():
    """The same in Persian."""
    assert told(LATE, "2026-03-22T08:00:00+03:30", targets={"resolution": "2h"}, language="fa") == (
        "تیکت T-9، تا یکشنبه ۲ فروردین ۱۴۰۵ ساعت ۰۸:۰۰\n"
        "حل: از مهلت گذشت، ۲ ساعت و ۴۰ دقیقه از ۲ ساعت مصرف شده، ۴۰ دقیقه بیش از هدف، مهلت شنبه ۱ فروردین ۱۴۰۵ ساعت ۱۰:۵۰\n"
        "  چرا: توافق‌نامه gold، چون tier برابر «gold» است، اولویت urgent، هدف ۲ ساعت\n"
        "  مهلت: ۱۰ دقیقه تا ساعت ۱۱:۴۰ چهارشنبه مصرف شد، توقف (در انتظار مشتری) از چهارشنبه ساعت ۱۱:۴۰ تا شنبه ساعت ۰۹:۰۰، "
        "۱ ساعت و ۵۰ دقیقه از شنبه ساعت ۰۹:۰۰ مانده"
    )


WAITING = LATE[:2]


def test_golden_text_of_a_pause_that_lasts():
    """While it waits for the customer there is no deadline; 1 h 50 min are left for then."""
    assert told(WAITING, "2026-03-18T12:00:00+03:30", targets={"resolution": "2h", "queue": "1h"}) == (
        "Ticket T-9, as of Wednesday 18 March 2026 12:00\n"
        "Resolution: still in time, 10 min of 2 h used\n"
        "  Why: policy gold because tier is 'gold', priority urgent, target 2 h\n"
        "  Deadline: 1 h 50 min left when the clock runs on; while it is paused there is no deadline\n"
        "Queue: still in time, 30 min of 1 h used, due Saturday 21 March 2026 08:30\n"
        "  Why: policy gold because tier is 'gold', priority urgent, target 1 h\n"
        "  Deadline: 30 min used by 12:00 on Wednesday, Thursday is Nowruz, 30 min left from Saturday 08:00"
    )


def test_golden_text_of_a_pause_that_lasts_in_persian():
    """The same in Persian."""
    assert told(WAITING, "2026-03-18T12:00:00+03:30", targets={"resolution": "2h"}, language="fa") == (
        "تیکت T-9، تا چهارشنبه ۲۷ اسفند ۱۴۰۴ ساعت ۱۲:۰۰\n"
        "حل: در مهلت، ۱۰ دقیقه از ۲ ساعت مصرف شده\n"
        "  چرا: توافق‌نامه gold، چون tier برابر «gold» است، اولویت urgent، هدف ۲ ساعت\n"
        "  مهلت: ۱ ساعت و ۵۰ دقیقه مانده است؛ تا توقف برقرار است مهلتی نیست"
    )


def lines(targets, as_of, *rows, schedule=DESK, excluded=(), language="en", **options):
    """The sentences about T-1."""
    return (
        policies(targets, schedule=schedule, **options)
        .judge(log_of(*rows), as_of=at(as_of), exclusions=excluded)
        .explain("T-1")
        .text(language)
        .split("\n")[1:]
    )


def test_a_target_in_working_days_is_turned_into_working_time():
    """Three working days are 24 h of an 8 h desk; more than four days are told together, over a week with their dates."""
    few = lines({"resolution": "2 working days"}, "mon 17:00", ("mon 16:00", "created"))
    assert (
        few[2]
        == "  Deadline: 2 working days are 16 h of working time, 1 h used by 17:00 on Monday, 8 h used by 17:00 on Tuesday, 7 h left from Wednesday 09:00"
    )
    many = lines({"resolution": "60h"}, "mon 17:00", ("mon 16:00", "created"))
    assert many[0] == "Resolution: still in time, 1 h of 60 h used, due Thursday 12 March 2026 12:00"
    assert (
        many[2]
        == "  Deadline: 1 h used by 17:00 on Monday 2 March 2026, 56 h on 7 days, Tuesday 3 March 2026 to Wednesday 11 March 2026, 3 h left from Thursday 12 March 2026 09:00"
    )


def test_a_part_day_closure_is_told_where_it_delays():
    """Four hours from eleven, closed from noon to two: due at five, and the text says why."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC", closed={"2026-03-02": "12:00-14:00"})
    each = PolicySet([Policy("gold", schedule=desk, targets={"resolution": "4h"})])
    told = each.judge(log_of(("mon 11:00", "created")), as_of=at("mon 11:30")).explain("T-1").text()
    assert "  Deadline: 4 h left from Monday 11:00, closed from Monday 12:00 to 14:00" in told


def test_a_due_date_of_the_ticket_an_earlier_target_and_no_target_are_told():
    """An instant that the ticket carries, a breach in the history, and the reasons for no target."""
    carried = lines({"resolution": Target.at_field("due")}, "mon 10:00", ("mon 09:00", "created", {"due": "2026-03-02T12:00:00Z"}))
    assert carried[0] == "Resolution: still in time, due Monday 2 March 2026 12:00"
    assert carried[2] == "  Deadline: the ticket carries it in due"
    back = (("mon 09:00", "created", {"priority": "urgent"}), ("mon 12:00", "field", field("priority", "low")))
    assert (
        lines({"resolution": {"urgent": "2h", "*": "8h"}}, "mon 12:30", *back)[-1]
        == "  an earlier target (gold, urgent) was breached Monday 2 March 2026 11:00"
    )
    assert lines({"resolution": {"urgent": "2h", "*": "8h"}}, "mon 12:30", *back)[1] == (
        "  Why: policy gold, priority low, target 8 h, until Monday 2 March 2026 12:00 priority urgent and target 2 h"
    )
    assert lines({"resolution": {"urgent": "2h"}}, "mon 12:00", ("mon 09:00", "created"))[:2] == [
        "Resolution: no target, 3 h so far", "  Why: policy gold, no target for it",
    ]  # fmt: skip
    nobody = PolicySet([Policy("gold", when={"tier": "gold"}, schedule=DESK, targets={"resolution": "2h"})])
    assert (
        "  Why: no policy matches the ticket" in nobody.judge(log_of(("mon 09:00", "created")), as_of=at("mon 12:00")).explain("T-1").text()
    )


def test_reopened_cycles_are_told_one_by_one():
    """The second cycle says what was used before the reopening, and when it was breached."""
    rows = (("mon 09:00", "created"), ("mon 12:00", "status", status("solved")), ("thu 10:00", "status", status("open")))
    text = lines({"resolution": "4h"}, "thu 12:00", *rows)
    assert text[0] == "Resolution 1: met, 3 h of 4 h used, due Monday 2 March 2026 13:00"
    assert text[3] == "Resolution 2: breached, 5 h of 4 h used, 1 h over, due Thursday 5 March 2026 11:00"
    assert text[5] == "  Deadline: 3 h used before the reopening, 1 h left from Thursday 10:00"


def test_the_picture_is_inline_and_has_no_scripts():
    """HTML with an SVG that parses, a rectangle a stretch, a mark at the deadline, text escaped, nothing loaded from elsewhere."""
    rows = [{**OPENED, "tier": "<b>"}]
    policy = Policy("<gold>", when={"tier": "<b>"}, schedule=TEHRAN, targets={"first_response": "4h"})
    result = PolicySet([policy]).judge(EventLog.from_records(rows), as_of="2026-03-18T13:00:00+03:30").explain("T-9")
    for language, direction, lasting in (("en", "ltr", r"[^,]*, [^,]* - [^,]*"), ("fa", "rtl", r"[^,،]*، [^,،]* تا [^,،]*")):
        html = result.to_html(language)
        assert f'dir="{direction}"' in html
        assert "<script" not in html
        assert "<b>" not in html
        assert "&lt;gold&gt;" in html
        picture = ET.fromstring(re.search(r"<svg.*</svg>", html)[0])
        tags = [element.tag.rpartition("}")[2] for element in picture]
        assert (tags.count("rect"), tags.count("line")) == (2, 1)
        assert all(re.fullmatch(lasting, element[0].text) for element in picture if element.tag.endswith("rect"))
    assert result._repr_html_() == result.to_html()
    assert repr(result) == result.text()


def test_plain_data_names_everything():
    """The dictionary holds cycles, the choice with its reason, the derivation and the stretches."""
    result = (
        policies({"resolution": "4h"}).judge(log_of(("mon 09:00", "created", {"priority": "low"})), as_of=at("mon 10:00")).explain("T-1")
    )
    plain = result.to_dict()
    (clock,) = plain["clocks"]
    assert (plain["ticket"], plain["created_at"], plain["as_of"]) == ("T-1", at("mon 09:00"), at("mon 10:00"))
    assert clock["cycles"][0]["choice"] == {"policy": "gold", "priority": "low", "target": "4h"}
    assert clock["cycles"][0]["deadline"] == [
        {"what": "left", "start": at("mon 09:00"), "end": at("mon 13:00"), "us": 4 * HOUR, "days": 0, "detail": ""},
    ]  # fmt: skip
    assert clock["stretches"] == [
        {"label": "running", "start": at("mon 09:00"), "end": at("mon 10:00"), "us": 60 * MINUTE, "detail": None, "ordinal": 1, "event": None,
         "also": []},
    ]  # fmt: skip


def test_explanations_compare_by_what_they_say():
    """The same question twice gives equal explanations with equal hashes; another instant, target, reason or cause does not."""

    def explained(until="mon 12:00", hours="4h", when=None, **fields):
        rows = [("mon 09:00", "created", fields), ("mon 10:00", "status", status("pending")), ("mon 11:00", "status", status("open"))]
        return policies({"resolution": hours}, when=when).judge(log_of(*rows), as_of=at(until)).explain("T-1")

    one, same = explained(), explained()
    assert one is not same
    assert one == same
    assert hash(one) == hash(same)
    assert one["resolution"].cycles[0] == same["resolution"].cycles[0]
    others = [explained("mon 12:01"), explained(hours="5h"), explained(priority="low"), explained(when={"tier": "gold"}, tier="gold")]
    assert all(one != other for other in others)
    assert len({one, same, *others}) == 1 + len(others)

    def retargeted(when):
        rows = (("mon 09:00", "created", {"priority": "urgent"}), (when, "field", field("priority", "low")))
        return policies({"resolution": {"urgent": "2h", "*": "8h"}}).judge(log_of(*rows), as_of=at("mon 12:30")).explain("T-1")

    assert retargeted("mon 12:00") == retargeted("mon 12:10")  # the earlier target was breached at 11:00 in both
    assert retargeted("mon 12:00") != retargeted("mon 10:30")


def test_what_cannot_be_explained_is_refused():
    """An unknown ticket, one that begins later, an unknown clock, an unknown language."""
    result = policies({"resolution": "4h"}).judge(log_of(("mon 09:00", "created")), as_of=at("mon 10:00"))
    early = policies({"resolution": "4h"}).judge(log_of(("mon 09:00", "created")), as_of=at("mon 08:00"))
    asks = (
        (lambda: result.explain("T-2"), "unknown_ticket"), (lambda: early.explain("T-1"), "not_known_yet"),
        (lambda: result.explain("T-1")["queue"], "unknown_metric"), (lambda: result.explain("T-1").text("de"), "unknown_language"),
    )  # fmt: skip
    for ask, code in asks:
        with pytest.raises(QueryError) as caught:
            ask()
        assert caught.value.code == code


def test_rarer_sentences():
    """An exclusion, a breach at the next opening, a version, a deadline out of reach, a target used up before a reopening."""
    outage = Exclusion(at("mon 10:00"), at("mon 12:00"), "outage")
    assert lines({"resolution": "4h"}, "mon 13:00", ("mon 09:00", "created"), excluded=[outage])[2] == (
        "  Deadline: 4 h left from Monday 09:00, not counted (outage) from Monday 10:00 to Monday 12:00"
    )
    opening = lines({"first_response": "1h"}, "tue 10:00", ("mon 16:00", "created"), version="v2")
    assert opening[:2] == [
        "First response: breached, 2 h of 1 h used, 1 h over, due Monday 2 March 2026 17:00, breached Tuesday 3 March 2026 09:00",
        "  Why: policy gold v2, target 1 h",
    ]
    ends = Schedule.effective({None: DESK, "2026-03-04": DESK - Schedule.always()})
    assert (
        lines({"resolution": "30h"}, "thu 12:00", ("mon 09:00", "created"), schedule=ends)[2]
        == "  Deadline: when it can be reached is not known"
    )
    rows = (("mon 09:00", "created"), ("mon 12:00", "status", status("solved")), ("thu 10:00", "status", status("open")))
    assert lines({"resolution": "2h"}, "thu 12:00", *rows)[5] == "  Deadline: 2 h used before the reopening"


def test_rarer_sentences_in_persian():
    """A version by date, a target at a field, its lack, an earlier target, a deadline out of reach, a pause in the product's own words."""
    dated = lines({"resolution": Target.at_field("due")}, "mon 10:00", ("mon 09:00", "created"), language="fa", valid_from="2026-01-01")
    assert dated == [
        "حل: بدون هدف، تا کنون ۱ ساعت",
        "  چرا: توافق‌نامه gold از ۱۱ دی ۱۴۰۴، هدف زمانی که در due آمده است، اما تیکت due ندارد",
    ]
    carried = ("mon 09:00", "created", {"due": "2026-03-02T12:00:00Z"})
    assert lines({"resolution": Target.at_field("due")}, "mon 10:00", carried, language="fa")[2] == "  مهلت: خود تیکت آن را در due دارد"
    back = (("mon 09:00", "created", {"priority": "urgent"}), ("mon 12:00", "field", field("priority", "low")))
    assert (
        lines({"resolution": {"urgent": "2h", "*": "8h"}}, "mon 12:30", *back, language="fa")[-1]
        == "  مهلت هدف پیشین (توافق‌نامه gold، اولویت urgent) در دوشنبه ۱۱ اسفند ۱۴۰۴ ساعت ۱۱:۰۰ گذشته بود"
    )
    ends = Schedule.effective({None: DESK, "2026-03-04": DESK - Schedule.always()})
    never = lines({"resolution": "30 working days"}, "thu 12:00", ("mon 09:00", "created"), schedule=ends, language="fa")
    assert never[1] == "  چرا: توافق‌نامه gold، هدف ۳۰ روز کاری، هیچ ساعت کاری بعدی به آن نمی‌رسد"
    wait = [{"ticket": "T-9", "at": "2026-03-18T11:35:00+03:30", "kind": "status", "status": "Awaiting User"}]
    log = EventLog.from_records([OPENED, *wait, *LATE[2:]], statuses={"Awaiting User": "pending", "open": "open", "solved": "solved"})
    policy = Policy("gold", schedule=TEHRAN, targets={"resolution": "2h"})
    assert "توقف (Awaiting User) از" in PolicySet([policy]).judge(log, as_of="2026-03-22T08:00:00+03:30").explain("T-9").text("fa")


def test_a_target_that_the_ticket_does_not_carry_is_said():
    """The reason for no target stands beside the target."""
    assert lines({"resolution": Target.at_field("due")}, "mon 10:00", ("mon 09:00", "created"))[1] == (
        "  Why: policy gold, target at due, but the ticket has no due"
    )
    ends = Schedule.effective({None: DESK, "2026-03-04": DESK - Schedule.always()})
    never = lines({"resolution": "30 working days"}, "thu 12:00", ("mon 09:00", "created"), schedule=ends)
    assert never[1] == "  Why: policy gold, target 30 working days, no later opening reaches it"


def test_a_deadline_far_ahead_is_an_arrow_and_leaves_the_rest_readable():
    """An hour is known, the deadline is months ahead: the picture reaches a week ahead, with an arrow at its end.

    900 h are 112 days of 8 h and 4 h: 22 weeks and two days after Monday 2 March is Wednesday 5 August, 09:00 + 4 h.
    """
    result = policies({"resolution": "900h"}).judge(log_of(("mon 09:00", "created")), as_of=at("mon 10:00")).explain("T-1")
    picture = ET.fromstring(re.search(r"<svg.*</svg>", result.to_html())[0])
    assert [element.tag.rpartition("}")[2] for element in picture] == ["text", "rect", "path", "text", "text"]
    assert picture[2][0].text == "due Wednesday 5 August 2026 13:00"
    assert picture[-1].text == "Monday 9 March 2026 10:00"
