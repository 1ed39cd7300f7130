"""Named logs on which the two interpreters once differed: penalties, teams, odd values, readings that nobody needs."""

from datetime import UTC, datetime, timedelta

import pytest

from slakit import EventLog, Exclusion, Money, Penalty, Policy, PolicySet, Schedule, Target
from slakit.errors import LogErrors, PolicyError

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALWAYS = Schedule.always()
ENGINES = ("object", "column")


def row(ticket, hours, kind, **keys):
    """A row, some hours after the beginning."""
    return {"ticket": ticket, "at": BEGIN + timedelta(hours=hours), "kind": kind, **keys}


def solved(ticket, begun, ended, **keys):
    """A ticket that is created and solved."""
    return [row(ticket, begun, "created", **keys), row(ticket, ended, "status", status="solved")]


def judged(engine, rows, policies, *, hours=100, **options):
    """A judgement by one of the interpreters, of the log that it takes by itself."""
    keys = sorted({key for one in rows for key in one})
    log = (
        EventLog.from_columns({key: [one.get(key) for one in rows] for key in keys}) if engine == "column" else EventLog.from_records(rows)
    )
    given = policies if isinstance(policies, PolicySet) else PolicySet(policies)
    return given.judge(log, as_of=BEGIN + timedelta(hours=hours), engine=engine, **options)


def hourly(amount, currency="IRR", metric="resolution"):
    """A rate by the hour."""
    return Penalty(metric, rate=Money(amount, currency), per="hour")


def promise(name, amount, **options):
    """An hour to resolve, and what an hour over costs."""
    return Policy(name, schedule=ALWAYS, targets={"resolution": "1h"}, penalties=[hourly(amount)], **options)


@pytest.mark.parametrize("engine", ENGINES)
def test_each_version_charges_its_own_tickets(engine):
    """Four hours over in the first version at 10 and four in the second at 100: 440, though only one of them has a label."""
    versions = [promise("p", 10, valid_until="2026-03-03"), promise("p", 100, valid_from="2026-03-03")]
    ledger = judged(engine, [*solved("a", 0, 5), *solved("b", 50, 55)], versions).penalties()
    assert ledger.total == Money(440, "IRR")
    assert [(line.ticket, line.amount) for line in ledger] == [("a", Money(40, "IRR")), ("b", Money(400, "IRR"))]


@pytest.mark.parametrize("engine", ENGINES)
def test_policies_of_one_name_charge_their_own_tickets(engine):
    """Gold at 10 an hour, silver at 100, both called p: four hours over each come to 440."""
    both = [promise("p", 10, when={"tier": "gold"}), promise("p", 100, when={"tier": "silver"})]
    ledger = judged(engine, [*solved("a", 0, 5, tier="gold"), *solved("b", 0, 5, tier="silver")], both).penalties()
    assert (ledger.total, [line.policy_version for line in ledger]) == (Money(440, "IRR"), ["no. 1", "no. 2"])


def test_a_policy_has_a_name():
    """Without one its rules would hold for every policy."""
    with pytest.raises(PolicyError, match="name is ''"):
        promise("", 10)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_rounds_to_nothing_is_no_total(engine):
    """Four hours of 24 euros a day are four; a second of five rials a day is none, and no currency of the total."""
    rules = [
        Penalty("resolution", rate=Money(24, "EUR"), per="day", clock="working"),
        Penalty("first_response", rate=Money(5, "IRR"), per="day", clock="working"),
    ]
    policy = Policy("p", schedule=ALWAYS, targets={"resolution": "1h", "first_response": "1h"}, penalties=rules)
    rows = [
        row("a", 0, "created", role="customer"), row("a", 3_601 / 3_600, "message", role="agent"), row("a", 5, "status", status="solved"),
    ]  # fmt: skip
    ledger = judged(engine, rows, [policy]).penalties()
    assert (ledger.total, ledger.totals) == (Money(4, "EUR"), {"EUR": Money(4, "EUR")})


@pytest.mark.parametrize("engine", ENGINES)
def test_a_group_and_a_team_of_one_name_are_one(engine):
    """North by its creation, north by assignment, and a third ticket that goes to the objects: three of two teams."""
    rows = [
        *solved("a", 0, 2, team="north"),
        row("b", 0, "created"), row("b", 0, "assigned", group="north"), row("b", 2, "status", status="solved"),
        row("c", 0, "created", team="south"), row("c", 1, "excluded", reason="outage"), row("c", 1.5, "included"),
    ]  # fmt: skip
    found = judged(engine, rows, [Policy("p", schedule=ALWAYS, targets={"resolution": "8h"})])
    codes, names = found.coded("team")
    assert [names[code] for code in codes.tolist()] == ["north", "north", "south"]
    groups = found.attainment(by="team").groups
    assert [(one.group, one.tickets) for one in groups] == [((("team", "north"),), ("a", "b")), ((("team", "south"),), ("c",))]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_field_may_hold_a_list(engine):
    """A list is no priority that a target is given for: eight hours, as for the rest."""
    rows = [*solved("a", 0, 5, priority="low"), row("a", 1, "field", field="priority", value=["urgent"])]
    policy = Policy("p", schedule=ALWAYS, targets={"resolution": {"urgent": "2h", "*": "8h"}})
    assert judged(engine, rows, [policy]).to_dict()["verdict"] == ["met"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("rows", "options"),
    [
        ([*solved("a", 0, 5), {"ticket": "a", "at": datetime(2300, 1, 1, tzinfo=UTC), "kind": "note"}], {"hours": 2_500_000}),
        (solved("a", 0, 5), {"exclusions": [Exclusion(datetime(1800, 1, 1, tzinfo=UTC), BEGIN + timedelta(hours=1), "outage")]}),
    ],
)
def test_readings_that_nobody_needs_do_not_matter(engine, rows, options):
    """An event, and the start of an exclusion, beyond the time that schedules know: the ticket is judged all the same."""
    policy = Policy("p", schedule=Schedule.weekly("mon-fri 09:00-17:00", tz="UTC"), targets={"resolution": "8h"}, penalties=[hourly(1)])
    found = judged(engine, rows, [policy], **options)
    assert (found.to_dict()["verdict"], found.penalties().total) == (["met"], Money(0, "IRR"))
    assert found.findings == judged("object", rows, [policy], **options).findings


@pytest.mark.parametrize("engine", ENGINES)
def test_a_status_is_no_field(engine):
    """A target at the field `status` finds none on any ticket."""
    found = judged(
        engine, solved("a", 0, 5, status="open"), [Policy("p", schedule=ALWAYS, targets={"resolution": Target.at_field("status")})]
    )
    assert found.to_dict()["reason"] == ["the ticket has no field 'status'"]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_bad_due_date_is_named(engine):
    """All tickets with one at once, in order, whichever interpreter meets which first."""
    fine = solved("c", 0, 5, due="2026-03-02T12:00:00Z")
    rows = [*solved("a", 0, 5, due="bad"), *solved("b", 0, 5, due="worse"), row("b", 1, "excluded", reason="x"), *fine]
    with pytest.raises(LogErrors, match="2 of 3 tickets cannot be judged") as caught:
        judged(engine, rows, [Policy("p", schedule=ALWAYS, targets={"resolution": Target.at_field("due")})]).to_dict()
    assert [(fault.code, fault.fields["ticket"], fault.fields["given"]) for fault in caught.value.exceptions] == [
        ("bad_instant", "a", "bad"),
        ("bad_instant", "b", "worse"),
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_key_called_field_names_no_field(engine):
    """On a creation it is a field like any other; a condition on its value as a name is on nothing."""
    policy = Policy("p", when={"tierr": "gold"}, schedule=ALWAYS, targets={"resolution": "8h"})
    found = judged(engine, solved("a", 0, 5, field="tierr"), [policy])
    assert [finding.code for finding in found.findings if finding.code == "unknown_field"] == ["unknown_field"]
