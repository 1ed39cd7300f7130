"""The judgement on a log: every cycle with its verdict, and the questions asked of them together."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from slakit._time import instant, utc
from slakit.cycles import COLUMNS, cycle_of
from slakit.errors import Finding
from slakit.events.event import Event
from slakit.judging import TicketJudge
from slakit.measure import program_of
from slakit.policy import PolicySet
from slakit.replays import Replayer
from slakit.verdict import VERDICTS, JudgedCycle

if TYPE_CHECKING:
    from slakit._table import Table
    from slakit.events.log import EventLog, Exclusion

JUDGED = (
    "policy", "policy_version", "priority", "target_us", "verdict", "due_at", "met_until", "breached_at", "remaining_us", "overrun_us",
    "consumed", "history", "reason",
)  # fmt: skip


class Judgement:
    """Every cycle of a log, judged by a policy set.

    Rows are ordered by metric (as the policies mention them), ticket, ordinal.

    Attributes:
        policies: the policy set.
        log: the log.
        as_of: instant up to which the log is known, us.
        exclusions: spans taken out of the clocks.
        responders: roles whose public messages are replies.
    """

    __slots__ = ("_make", "_rows", "as_of", "exclusions", "log", "policies", "responders")

    def __init__(  # noqa: PLR0913 - what a judgement rests on
        self, policies: PolicySet, log: "EventLog", as_of: int, *, exclusions: "Sequence[Exclusion]", responders: Iterable[Any],
        rows: Callable[[], Sequence[JudgedCycle]],
    ) -> None:  # fmt: skip
        """A judgement whose rows are made when first asked for."""
        self.policies = policies
        self.log = log
        self.as_of = as_of
        self.exclusions = tuple(exclusions)
        self.responders = tuple(responders)
        self._make = rows
        self._rows: tuple[JudgedCycle, ...] | None = None

    @property
    def rows(self) -> tuple[JudgedCycle, ...]:
        """Every judged cycle."""
        if self._rows is None:
            self._rows = tuple(self._make())
        return self._rows

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns of `Cycles.to_dict`, and policy, target, verdict, deadlines, remaining, overrun and history as lists."""
        metrics = program_of(self.policies.metrics, self.responders).metrics
        plain: dict[str, list[Any]] = {name: [] for name in (*COLUMNS, *JUDGED)}
        for row in self.rows:
            cycle = cycle_of(row.run, metrics, row.ticket, row.removed)
            for name in COLUMNS:
                plain[name].append(getattr(cycle, name))
            policy = row.choice.policy
            for name, given in zip(JUDGED, (
                None if policy is None else policy.name, None if policy is None else policy.label, row.choice.priority, row.target_us,
                row.verdict, row.due_at, row.met_until, row.breached_at, row.remaining_us, row.overrun_us, row.consumed,
                [past.to_dict() for past in row.history], row.reason or None,
            ), strict=True):  # fmt: skip
                plain[name].append(given)
        return plain

    def table(self) -> "Table":
        """The rows as a tidy table for pandas, polars, Arrow and HTML."""
        from slakit._table import Table  # noqa: PLC0415 - loaded on first touch

        plain = self.to_dict()
        plain["history"] = [len(past) for past in plain["history"]]
        return Table(plain, title=repr(self))

    def of(self, ticket: str | int) -> list[JudgedCycle]:
        """The judged cycles of one ticket."""
        return [row for row in self.rows if row.ticket == ticket]

    def events(self, row: int) -> list[Event]:
        """The events of a row's ticket from the one that the cycle dates from to the one that ended it."""
        judged = self.rows[row]
        return [event for event in self.log.events_of(judged.ticket) if judged.run.started_us <= event.at <= judged.run.end_us]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is doubtful in the log as known at ``as_of``, and in how the policies meet it."""
        from slakit.judgement_findings import findings_of  # noqa: PLC0415 - worked out when asked

        return findings_of(self)

    def counts(self) -> dict[str, int]:
        """How many cycles have each verdict."""
        counts = dict.fromkeys(VERDICTS, 0)
        for row in self.rows:
            counts[row.verdict] += 1
        return counts

    def __len__(self) -> int:
        """Number of judged cycles."""
        return len(self.rows)

    def __iter__(self) -> Iterator[JudgedCycle]:
        """Every judged cycle."""
        return iter(self.rows)

    def __getitem__(self, row: int) -> JudgedCycle:
        """One judged cycle."""
        return self.rows[row]

    def __repr__(self) -> str:
        """A sentence: how many cycles with which verdict, as of when."""
        each = ", ".join(f"{count} {verdict}" for verdict, count in self.counts().items() if count)
        return f"<Judgement: {each or 'no cycle'} as of {utc(self.as_of):%Y-%m-%d %H:%M:%S}Z>"


def judge(
    policies: PolicySet, log: "EventLog", *, as_of: Any, engine: str = "auto", exclusions: "Iterable[Exclusion]" = (), responders: Iterable[Any] = ("agent",)
) -> Judgement:
    """Judge every cycle of a log; see `slakit.policy.PolicySet.judge`."""
    until, excluded, who = instant(as_of), tuple(exclusions), tuple(responders)
    return Judgement(policies, log, until, exclusions=excluded, responders=who, rows=lambda: judged_rows(policies, log, until, excluded, who))


def judged_rows(
    policies: PolicySet, log: "EventLog", as_of: int, exclusions: "Sequence[Exclusion]", responders: Iterable[Any]
) -> list[JudgedCycle]:
    """Every judged cycle, ordered by metric, ticket and ordinal, from the object interpreter."""
    metrics = policies.metrics
    if not metrics:
        return []
    program = program_of(metrics, responders)
    judge_one = TicketJudge(policies, Replayer(log, program, as_of), exclusions)
    by_metric: dict[int, list[JudgedCycle]] = {index: [] for index in range(len(metrics))}
    for ticket in log.tickets:
        for row in judge_one.judge(ticket):
            by_metric[row.run.metric].append(row)
    return [row for rows in by_metric.values() for row in rows]
