"""Cycles: what the clocks found, one row a cycle, from either interpreter."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from slakit._tidy import Tidy
from slakit._time import NAT, instant, utc
from slakit._value import field_names, value
from slakit.errors import Finding
from slakit.events.doubts import in_order
from slakit.events.event import Event
from slakit.machine.metric import Metric
from slakit.machine.table import State
from slakit.replays import schedules_in_use

if TYPE_CHECKING:
    from slakit._table import Table
    from slakit.events.log import EventLog
    from slakit.runs import Run
    from slakit.schedule import Schedule, ScheduleBy

SPANS = ("elapsed_us", "accumulated_us", "paused_us", "excluded_us", "wall_us")
FEW_VALUES = ("metric", "phase", "cause", "removed")
"""Columns that are categories in a frame."""
COLUMNS = (
    "ticket", "metric", "ordinal", "started_at", "stopped_at", "phase", "cause", *SPANS, "anchor_event", "stop_event", "agent", "team", "removed",
)  # fmt: skip


@value
class Cycle:
    """One start -> stop of one clock on one ticket.

    Attributes:
        ticket: id of the ticket.
        metric: id of the clock.
        ordinal: 1 for the clock's first cycle on the ticket.
        started_us: the instant that the cycle dates from, us.
        stopped_us: the instant at which it ended, us; None while open.
        phase: running, paused, stopped or cancelled.
        cause: why it ended; None while open.
        elapsed_us: working time of the running stretches.
        accumulated_us: with the earlier cycles that an accumulating clock goes on from.
        paused_us: working time of the paused stretches.
        excluded_us: working time taken out by exclusions.
        wall_us: time from start to end (open: to ``as_of``), working or not.
        anchor_event: id of the event that it dates from, or its number in the ticket's life from 0.
        stop_event: likewise of the event that ended it; None while open.
        agent: the responsible agent at the end; None where nobody held the ticket.
        team: the responsible team at the end.
        removed: why the ticket's rows leave every denominator (merged, spam, deleted), or None.
    """

    ticket: str | int
    metric: str
    ordinal: int
    started_us: int
    stopped_us: int | None
    phase: str
    cause: str | None
    elapsed_us: int
    accumulated_us: int
    paused_us: int
    excluded_us: int
    wall_us: int
    anchor_event: str | int
    stop_event: str | int | None
    agent: Any
    team: Any
    removed: str | None

    @property
    def started_at(self) -> datetime:
        """The instant that the cycle dates from, UTC."""
        return utc(self.started_us)

    @property
    def stopped_at(self) -> datetime | None:
        """The instant at which it ended, UTC; None while open."""
        return None if self.stopped_us is None else utc(self.stopped_us)

    @property
    def elapsed(self) -> timedelta:
        """Working time of the running stretches."""
        return timedelta(microseconds=self.elapsed_us)

    @property
    def open(self) -> bool:
        """Whether it had not ended when the log was last known."""
        return self.stopped_us is None


_FIELDS = field_names(Cycle)
Columns = Mapping[str, Sequence[Any]]


def event_key(place: tuple[int, Event], ticket: str | int) -> str | int:
    """How a row names an event: its id, else its number in the ticket's life; of another ticket, with the ticket."""
    position, event = place
    if event.id is not None:
        return event.id
    return position if event.ticket == ticket else f"{event.ticket}#{position}"


def cycle_of(run: "Run", metrics: Sequence[Metric], ticket: str | int, removed: str | None) -> Cycle:
    """A measured run as the row that callers see."""
    stop = run.stop
    return Cycle(
        ticket, metrics[run.metric].name, run.ordinal, run.started_us, None if stop is None else run.end_us,
        State(run.state).text, run.cause or None, run.elapsed_us, run.accumulated_us, run.paused_us, run.excluded_us,
        run.end_us - run.started_us, event_key(run.anchor, ticket), None if stop is None else event_key(stop, ticket),
        run.agent, run.team, removed,
    )  # fmt: skip


class Cycles(Tidy):
    """The cycles of a log: a sequence of `Cycle`, a tidy table, and the events behind every row.

    Rows are ordered by metric (as asked for), ticket, ordinal.

    Attributes:
        metrics: the clocks, in the order asked for.
        as_of: instant up to which the log is known, us.
        log: the log that was measured.
        engine: ``"object"`` or ``"column"``, the interpreter that did the work.
        schedule: the working time in which the clocks ran, or the choice of it.
    """

    __slots__ = ("_arrays", "_make", "_rows", "as_of", "engine", "log", "metrics", "schedule")

    def __init__(
        self, metrics: Sequence[Metric], log: "EventLog", as_of: int, *, schedule: "Schedule | ScheduleBy", rows: tuple[Cycle, ...] | None = None,
        arrays: Callable[[], dict[str, Any]] | None = None,
    ) -> None:  # fmt: skip
        """Cycles from rows, or from a function that makes the arrays of `columns` when first asked."""
        self.metrics = tuple(metrics)
        self.log = log
        self.as_of = as_of
        self.schedule = schedule
        self.engine = "object" if rows is not None else "column"
        self._rows = rows
        self._make = arrays
        self._arrays: dict[str, Any] | None = None

    def columns(self) -> dict[str, Any]:
        """The rows as numpy arrays: ``datetime64[us]`` (NaT while open), int64 microseconds, and objects."""
        if self._arrays is None:
            if self._make is not None:
                self._arrays = self._make()
            else:
                from slakit.cycle_arrays import arrays_of_rows  # noqa: PLC0415 - numpy only when arrays are asked for

                self._arrays = arrays_of_rows(self.rows)
        return dict(self._arrays)

    @property
    def rows(self) -> tuple[Cycle, ...]:
        """Every cycle as a value."""
        if self._rows is None:
            plain = self.to_dict()
            started = self.columns()["started_at"].astype("int64").tolist()
            stopped = [None if us == NAT else us for us in self.columns()["stopped_at"].astype("int64").tolist()]
            plain |= {"started_us": started, "stopped_us": stopped}
            self._rows = tuple(Cycle(*row) for row in zip(*(plain[name] for name in _FIELDS), strict=True))
        return self._rows

    def to_dict(self) -> dict[str, list[Any]]:
        """The rows as lists: text, int, aware UTC datetimes, None; the same from both interpreters."""
        if self._rows is not None:
            return {name: [getattr(row, name) for row in self._rows] for name in COLUMNS}
        plain = {}
        for name, array in self.columns().items():
            if name in {"started_at", "stopped_at"}:
                plain[name] = [None if us == NAT else utc(us) for us in array.astype("int64").tolist()]
            else:
                plain[name] = array.tolist()
        return plain

    def table(self) -> "Table":
        """The rows as a tidy table for pandas, polars, Arrow and HTML."""
        from slakit._table import Table  # noqa: PLC0415 - loaded on first touch

        columns = self.columns()
        return Table({name: columns[name] for name in COLUMNS}, kinds=dict.fromkeys(FEW_VALUES, "category"), title=repr(self))

    def events(self, row: int) -> list[Event]:
        """The events of the row's ticket from the one that the cycle dates from to the one that ended it."""
        cycle = self.rows[row]
        end = self.as_of if cycle.stopped_us is None else cycle.stopped_us
        return [event for event in self.log.events_of(cycle.ticket) if cycle.started_us <= event.at <= end]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is doubtful in the log as known at ``as_of``, and in the schedules over the time that was read."""
        if not len(self):
            return self.log.findings_as_of(self.as_of)
        since = instant(self.columns()["started_at"].min()) if self._rows is None else min(row.started_us for row in self._rows)
        found = list(self.log.findings_as_of(self.as_of))
        for schedule in schedules_in_use(self.log, self.schedule, self.as_of):
            found += schedule.findings
            unknown = schedule.holidays_unknown(self.as_of, since=since)
            if unknown is not None:
                found.append(unknown)
        return in_order(dict.fromkeys(found))

    def __len__(self) -> int:
        """Number of cycles."""
        return len(self._rows) if self._rows is not None else len(self.columns()["ordinal"])

    def __iter__(self) -> Iterator[Cycle]:
        """Every cycle."""
        return iter(self.rows)

    def __getitem__(self, row: int) -> Cycle:
        """One cycle."""
        return self.rows[row]

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same rows."""
        return isinstance(other, Cycles) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """A sentence: how many cycles of which clocks, how many open, as of when."""
        counts = {metric.name: 0 for metric in self.metrics}
        columns = self.to_dict() if self._rows is not None else self.columns()
        for name in columns["metric"]:
            counts[name] += 1
        still = sum(1 for phase in columns["phase"] if phase in {"running", "paused"})
        each = ", ".join(f"{count} {name}" for name, count in counts.items())
        return f"<Cycles: {each}; {still} open as of {utc(self.as_of):%Y-%m-%d %H:%M:%S}Z>"
