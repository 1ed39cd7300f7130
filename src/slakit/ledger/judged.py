"""The ledger of a judgement, as of now and by periods."""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from slakit import calendars
from slakit._time import zone, zone_name
from slakit.calendars import Period
from slakit.errors import QueryError, did_you_mean
from slakit.ledger.standings import Standings
from slakit.penalty.assess import Rules, assess, assess_periods
from slakit.penalty.breach import Standing
from slakit.penalty.ledger import Ledger

if TYPE_CHECKING:
    from slakit.judgement import Judgement
    from slakit.policy import PolicySet


def ledger_for(
    judgement: "Judgement", *, period: Any = None, calendar: str = "gregorian", tz: str | tzinfo | None = None, fees: Any = None
) -> Ledger:
    """What the breaches of a judgement cost under the penalties of their policies.

    Args:
        judgement: the judged log.
        period: None: the whole log is one period, which has ended at ``as_of``. ``"day"``, ``"week"``, ``"month"``,
            ``"quarter"``, ``"year"``: every such period from the first event to ``as_of``. A label such as ``"2026-03"``, a
            pair of instants, a `Period` or several consecutive ones: these. Each charges what its end adds to its start.
        calendar: ``"gregorian"`` or ``"jalali"``.
        tz: zone of the periods; None: that of the policies' schedules.
        fees: what shares are taken of; see `slakit.penalty.fees.Fees`.

    Raises:
        QueryError: ``no_zone`` where ``tz`` is needed and the policies have several; ``unknown_per``, ``bad_period``, ``empty_window``.
        PenaltyError: as `slakit.penalty.assess`.
        MoneyError: as `slakit.penalty.assess`.
    """
    rules = rules_of(judgement.policies)
    standings = Standings(judgement, rules)
    if period is None:

        def all_lines() -> Ledger:
            standing = standings.as_of(judgement.as_of)
            return assess(standing.breaches, rules, outcomes=standing.outcomes, fees=fees, as_of=judgement.as_of)

        return _at_once(judgement, rules, None, judgement.as_of, all_lines)
    first = first_instant(judgement)
    wanted, since = _periods(period, calendar, tz, judgement, first, remembers=_remembers(rules))

    def lines() -> Ledger:
        return assess_periods(
            lambda us: Standing() if us <= first else standings.as_of(us),
            rules,
            periods=wanted,
            as_of=judgement.as_of,
            since=since,
            fees=fees,
        )

    start = wanted[0].start_us if since is None else since
    if start >= judgement.as_of:
        return lines()
    return _at_once(judgement, rules, None if start <= first else start, min(wanted[-1].end_us, judgement.as_of), lines)


def _at_once(judgement: "Judgement", rules: Rules, since: int | None, until: int, ledger: Callable[[], Ledger]) -> Ledger:
    """The ledger with its totals from the columns where they can give them, else as it is."""
    if judgement.engine != "column":
        return ledger()
    from slakit.ledger.at_once import at_once  # noqa: PLC0415 - numpy only for columns

    quick = at_once(judgement, rules, since=since, until=until, lines=lambda: ledger().lines)
    return ledger() if quick is None else quick


def rules_of(policies: "PolicySet") -> Rules:
    """The penalties of each policy, by name, or by name and version where several have one name."""
    names = [policy.name for policy in policies.policies]
    return {
        policy.name if names.count(policy.name) == 1 else (policy.name, version or ""): policy.penalties
        for policy, version in zip(policies.policies, policies.versions, strict=True)
        if policy.penalties
    }


def _remembers(rules: Rules) -> bool:
    return any(rule.remembers or rule.round_on == "total" for held in rules.values() for rule in held)


def first_instant(judgement: "Judgement") -> int:
    """The instant of the first event, us; ``as_of`` of an empty log."""
    if judgement.log.in_columns:
        at = judgement.log.columns().at
        return int(at.min()) if len(at) else judgement.as_of
    return min((events[0].at for events in judgement.log.by_ticket().values() if events), default=judgement.as_of)


def _zone(given: str | tzinfo | None, policies: "PolicySet") -> tzinfo:
    if given is not None:
        return zone(given)
    zones = {zone_name(policy.any_schedule.zone): policy.any_schedule.zone for policy in policies.policies}
    if len(zones) != 1:
        message = f"in which zone do the periods begin? the policies' schedules are in {', '.join(sorted(zones)) or 'none'}: pass tz="
        raise QueryError(message, code="no_zone", zones=tuple(sorted(zones)))
    return next(iter(zones.values()))


def _periods(
    given: Any, calendar: Any, tz: str | tzinfo | None, judgement: "Judgement", first: int, *, remembers: bool
) -> tuple[tuple[Period, ...], int | None]:
    """The periods to be worked out, and the start of the first whose lines are asked for."""
    if isinstance(given, Period):
        given = (given,)
    if isinstance(given, Sequence) and not isinstance(given, str) and all(isinstance(one, Period) for one in given):
        return tuple(given), None
    local = _zone(tz, judgement.policies)
    if isinstance(given, tuple) and len(given) == 2:  # noqa: PLR2004 - a pair of instants
        return (calendars.between(*given, tz=local),), None
    if given in calendars.PERS:
        return calendars.periods(first, max(judgement.as_of, first + 1), per=given, tz=local, calendar=calendar), None
    if not isinstance(given, str):
        message = (
            f"period={given!r}: give 'month' or another of {', '.join(calendars.PERS)}, a label such as '2026-03', or a pair of instants"
        )
        raise QueryError(message, code="bad_period", given=given)
    if not given[:1].isdigit():
        message = f"period={given!r}: {did_you_mean(given, calendars.PERS)}, or a label such as '2026-03'"
        raise QueryError(message, code="unknown_per", given=given)
    one = calendars.named(given, tz=local, calendar=calendar)
    if not remembers or one.start_us <= first:
        return (one,), None
    per: Any = one.per
    return calendars.periods(first, one.end_us, per=per, tz=local, calendar=calendar), one.start_us
