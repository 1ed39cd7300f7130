"""The judgement on a log: every cycle with its verdict, and the questions asked of them together."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slakit._tidy import Tidy
from slakit._time import instant, utc
from slakit.cycles import COLUMNS, cycle_of
from slakit.errors import EventError, Finding, LogErrors, QueryError, ScheduleError, did_you_mean
from slakit.events.event import Event
from slakit.events.life import life
from slakit.judging import TicketJudge
from slakit.machine.table import State
from slakit.measure import ENGINES, program_of, refuse_what_is_no_log
from slakit.policy import PolicySet
from slakit.replays import Replayer
from slakit.verdict import FROM_ROW, INSTANTS, JUDGED, VERDICTS, JudgedCycle, plain_instants

if TYPE_CHECKING:
    from slakit._table import Table
    from slakit.attainment import Attainment
    from slakit.cycle_arrays import Arrays, Coded
    from slakit.due_actions import DueAction, EventRules
    from slakit.events.log import EventLog, Exclusion
    from slakit.explain import Explanation
    from slakit.judgement_arrays import JudgedArrays
    from slakit.machine.metric import Metric
    from slakit.penalty import Ledger
    from slakit.stats import Durations
    from slakit.what_if import Comparison

CODED = ("metric", "phase", "cause", "agent", "team", "removed", "policy", "policy_version", "priority", "verdict")
"""Columns of few distinct values."""
_OPEN = (State.RUNNING.text, State.PAUSED.text)


class Judgement(Tidy):
    """Every cycle of a log, judged by a policy set.

    Rows are ordered by metric (as the policies mention them), ticket, ordinal.

    A judgement compares by identity: it is a question about a log whose answers are worked out when
    asked for, and no single one of them stands for all (equal rows may have other actions and charges).
    Compare what it answers: `to_dict()`, `attainment()`, `penalties()`, `explain(ticket)` are values.

    Attributes:
        policies: the policy set.
        as_of: instant up to which the log is known, us.
        exclusions: spans taken out of the clocks.
        responders: roles whose public messages are replies.
        engine: ``"object"`` or ``"column"``, the interpreter that makes the columns.
    """

    __slots__ = ("_arrays", "_judge_one", "_log", "_regular", "_rows", "as_of", "engine", "exclusions", "policies", "responders")

    def __init__(
        self, policies: PolicySet, log: "EventLog", as_of: int, *, exclusions: "Sequence[Exclusion]", responders: Iterable[Any],
        engine: str,
    ) -> None:  # fmt: skip
        """A judgement whose rows are made when first asked for."""
        self.policies = policies
        self._log = log
        self.as_of = as_of
        self.exclusions = tuple(exclusions)
        self.responders = tuple(responders)
        self.engine = engine
        self._rows: tuple[JudgedCycle, ...] | None = None
        self._arrays: Arrays | None = None
        self._regular: JudgedArrays | None = None
        self._judge_one: TicketJudge | None = None

    def _judge(self) -> TicketJudge:
        if self._judge_one is None:
            program = program_of(self.metrics, self.responders)
            self._judge_one = TicketJudge(self.policies, Replayer(self.log, program, self.as_of), self.exclusions)
        return self._judge_one

    @property
    def log(self) -> "EventLog":
        """The log."""
        return self._log

    @property
    def tickets(self) -> tuple[str | int, ...]:
        """The ids of its tickets, ascending."""
        return self.log.tickets

    @property
    def rows(self) -> tuple[JudgedCycle, ...]:
        """Every judged cycle.

        Raises:
            LogErrors: with one `EventError` a ticket whose field should hold a due instant and does not.
        """
        if self._rows is None:
            tickets = self.tickets if self.metrics else ()
            judged: list[JudgedCycle] = []
            faults: list[EventError] = []
            for ticket in tickets:
                try:
                    judged += self._judge().judge(ticket)
                except EventError as error:
                    faults.append(error)
            if faults:
                message = f"{len(faults):,} of {len(tickets):,} tickets cannot be judged"
                raise LogErrors(message, faults)
            if len(tickets) > 1:
                rank = {metric.name: number for number, metric in enumerate(self.metrics)}
                judged.sort(key=lambda row: rank[row.metric.name])
            self._rows = tuple(judged)
        return self._rows

    @property
    def metrics(self) -> "tuple[Metric, ...]":
        """The clocks that some policy has a target for."""
        return self.policies.metrics

    @property
    def arrays(self) -> "Arrays":
        """The columns, each worked out when it is asked for."""
        if self._arrays is None:
            from slakit import judgement_arrays as made  # noqa: PLC0415 - numpy only when columns are asked for

            if self.engine == "object":
                self._arrays = made.JudgedRowArrays(self.rows, self.metrics)
            else:
                from slakit.judge_columns import judge_columns  # noqa: PLC0415 - numpy only for columns

                try:
                    judged = judge_columns(self.policies, self.log, program_of(self.metrics, self.responders), self.as_of, self.exclusions)
                except (EventError, ScheduleError):
                    # columns read every event: one by one there may be no such reading, or it is met in the order of tickets
                    self._arrays = made.JudgedRowArrays(self.rows, self.metrics)
                else:
                    self._regular = made.JudgedArrays(judged, self._judge)
                    self._arrays = made.placed(self._regular)
        return self._arrays

    @property
    def regular(self) -> "JudgedArrays | None":
        """The columns of the regular tickets as the column interpreter judged them; None from the object interpreter."""
        return self._regular if self.arrays is not None else None

    def column(self, name: str) -> Any:
        """One column of `to_dict` as a numpy array: instants and spans as int64 us, with ``NaT``'s integer where missing.

        Raises:
            QueryError: ``unknown_column``.
        """
        known = (*COLUMNS, *JUDGED)
        if name not in known:
            message = f"a judgement has no column {name!r}: {did_you_mean(name, known)}"
            raise QueryError(message, code="unknown_column", given=name)
        return self.arrays.column(name)

    def coded(self, name: str) -> "Coded":
        """A column of few distinct values as codes and the values that they stand for; errors as `column`."""
        if name not in CODED:
            message = f"a judgement has no column of few values {name!r}: {did_you_mean(name, CODED)}"
            raise QueryError(message, code="unknown_column", given=name)
        return self.arrays.coded(name)

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns of `Cycles.to_dict`, and policy, target, verdict, deadlines, remaining, overrun and history as lists."""
        if self.engine == "object":
            cycles = [cycle_of(row.run, self.metrics, row.ticket, row.removed) for row in self.rows]
            plain = {name: [getattr(cycle, name) for cycle in cycles] for name in COLUMNS}
            for name, read in FROM_ROW.items():
                given = [read(row) for row in self.rows]
                plain[name] = plain_instants(given) if name in INSTANTS else given
            return plain
        from slakit.judgement_arrays import plain_list  # noqa: PLC0415 - numpy only for columns

        return {name: plain_list(name, self.column(name)) for name in (*COLUMNS, *JUDGED)}

    def table(self) -> "Table":
        """The rows as a tidy table for pandas, polars, Arrow and HTML."""
        from slakit._table import Table  # noqa: PLC0415 - loaded on first touch

        plain = self.to_dict()
        plain["history"] = [len(past) for past in plain["history"]]
        return Table(plain, kinds=dict.fromkeys((*CODED[:3], *CODED[5:]), "category"), title=repr(self))

    def of(self, ticket: str | int) -> list[JudgedCycle]:
        """The judged cycles of one ticket.

        Raises:
            QueryError: ``unknown_ticket``.
            EventError: where the ticket's field should hold a due instant and does not.
        """
        if self._rows is not None:
            found = [row for row in self._rows if row.ticket == ticket]
        else:
            found = self._judge().judge(ticket) if self.metrics else []
        if not found:
            self.log.events_of(ticket)
        return found

    def life(self, ticket: str | int) -> Sequence[Event]:
        """The events of one ticket known at ``as_of``, beginning with its creation.

        Raises:
            QueryError: ``unknown_ticket``.
        """
        return life(self.log.events_of(ticket), self.as_of)

    def event_rules(self, ticket: str | int) -> "EventRules":
        """What exchanges, handling time and ratings of one ticket have set off by ``as_of``; errors as `life`."""
        from slakit.due_actions import EventRules  # noqa: PLC0415 - loaded when asked

        rules = EventRules(self.policies, self.responders)
        rules.take(self.life(ticket))
        return rules

    def open_rows(self) -> list[JudgedCycle]:
        """The cycles that have not ended."""
        if self._rows is not None or self.engine == "object":
            return [row for row in self.rows if row.open]
        phases = zip(self.column("ticket").tolist(), self.column("phase").tolist(), strict=True)
        return [row for ticket in sorted({ticket for ticket, phase in phases if phase in _OPEN}) for row in self.of(ticket) if row.open]

    def actions(self, *, between: tuple[Any, Any] | None = None) -> "tuple[DueAction, ...]":
        """The actions of escalations that fall due, in order of time; each has a stable id.

        Args:
            between: from (included) and until (not included), instants or None; what lies after
                ``as_of`` is expected if nothing happens before. None: all up to ``as_of``.

        Raises:
            QueryError: ``empty_window``.
        """
        from slakit.due_actions import actions_between  # noqa: PLC0415 - loaded when asked

        return actions_between(self, between)

    def next_wakeup(self, *, at_risk: Any = None) -> datetime | None:
        """The earliest instant after ``as_of`` at which a verdict changes or an action falls due if nothing happens; UTC.

        Args:
            at_risk: a level as for `at_risk`, whose marks count too.
        """
        from slakit.due_actions import next_change  # noqa: PLC0415 - loaded when asked

        us = next_change(self, at_risk)
        return None if us is None else utc(us)

    def at_risk(self, level: Any = "75%") -> list[JudgedCycle]:
        """The open cycles that are still in time but have reached a level of their target.

        Args:
            level: a share of the target such as ``"75%"``, or a span before it such as ``"-30m"``.

        Raises:
            PolicyError: ``bad_level``.
        """
        from slakit.due_actions import risky  # noqa: PLC0415 - loaded when asked

        return risky(self, level)

    def events(self, row: int) -> list[Event]:
        """The events of a row's ticket from the one that the cycle dates from to the one that ended it."""
        judged = self.rows[row]
        return [event for event in self.log.events_of(judged.ticket) if judged.run.started_us <= event.at <= judged.run.end_us]

    def explain(self, ticket: str | int) -> "Explanation":
        """Why a ticket is where it is: labelled stretches, the choice of policy and target, the deadline in words.

        Raises:
            QueryError: ``unknown_ticket``, ``not_known_yet``.
        """
        from slakit.explain import explain  # noqa: PLC0415 - loaded when asked

        return explain(self, ticket)

    def what_if(self, policies: PolicySet) -> "Comparison":
        """The same log under other policies: what differs per ticket, in attainment and in money."""
        from slakit.what_if import compare  # noqa: PLC0415 - loaded when asked

        other = judge(policies, self.log, as_of=utc(self.as_of), engine=self.engine, exclusions=self.exclusions, responders=self.responders)
        return compare(self, other)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is doubtful in the log as known at ``as_of``, and in how the policies meet it."""
        from slakit.judgement_findings import findings_of  # noqa: PLC0415 - worked out when asked

        return findings_of(self)

    def counts(self) -> dict[str, int]:
        """How many cycles have each verdict."""
        counts = dict.fromkeys(VERDICTS, 0)
        for verdict in (row.verdict for row in self.rows) if self.engine == "object" else self.column("verdict").tolist():
            counts[verdict] += 1
        return counts

    def durations(self, metric: "str | Metric") -> "Durations":
        """How long the cycles of a clock took, open and cancelled ones counted for what they are (SPEC 8).

        Args:
            metric: id of the clock; an accumulating one is taken with what earlier cycles used up.

        Raises:
            QueryError: ``unknown_metric``.
        """
        from slakit.judgement_durations import durations_of  # noqa: PLC0415 - statistics only when asked for

        return durations_of(self, metric if isinstance(metric, str) else metric.name)

    def summary(self) -> "Table":
        """A row a metric: Kaplan-Meier median and p90 beside the finished-only ones, and how far they differ."""
        from slakit.judgement_durations import summary_of  # noqa: PLC0415 - statistics only when asked for

        return summary_of(self)

    def penalties(self, period: Any = None, *, calendar: str = "gregorian", tz: Any = None, fees: Any = None) -> "Ledger":
        """What the breaches cost, as a ledger; see `slakit.ledger.ledger_for`."""
        from slakit.ledger import ledger_for  # noqa: PLC0415 - money only when asked for

        return ledger_for(self, period=period, calendar=calendar, tz=tz, fees=fees)

    def attainment(self, *, by: Sequence[str] | str = (), since: Any = None, until: Any = None, confidence: float = 0.95) -> "Attainment":
        """The share of promises kept, by groups; see `slakit.attainment.attainment`."""
        from slakit.attainment import attainment  # noqa: PLC0415 - statistics only when asked for

        return attainment(self, by=by, since=since, until=until, confidence=confidence)

    def __len__(self) -> int:
        """Number of judged cycles."""
        return len(self.rows) if self.engine == "object" else len(self.column("ordinal"))

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
    policies: PolicySet,
    log: "EventLog",
    *,
    as_of: Any,
    engine: str = "auto",
    exclusions: "Iterable[Exclusion]" = (),
    responders: Iterable[Any] = ("agent",),
) -> Judgement:
    """Judge every cycle of a log; see `slakit.policy.PolicySet.judge`."""
    refuse_what_is_no_log(log)
    if engine not in ENGINES:
        message = f"engine={engine!r}: {did_you_mean(engine, ENGINES)}"
        raise QueryError(message, code="unknown_engine", given=engine)
    chosen = ("column" if log.in_columns else "object") if engine == "auto" else engine
    if not policies.metrics:
        chosen = "object"
    return Judgement(policies, log, instant(as_of), exclusions=tuple(exclusions), responders=tuple(responders), engine=chosen)
