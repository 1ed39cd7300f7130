"""The questions that a schedule answers, for scalars and arrays alike."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from slakit._time import NAT, WorkingDays, instant, instants, is_array, is_missing, like, span
from slakit.errors import ScheduleError, TimeError

if TYPE_CHECKING:
    from datetime import tzinfo

    from slakit.clock import BusinessClock
    from slakit.schedule.days import DayTable


class Questions:
    """Questions about working time; scalars give the kind that came in, arrays give arrays.

    Instants: aware ``datetime`` or ``pendulum.DateTime``, ISO 8601 text with an offset,
    ``numpy.datetime64``; arrays: ``datetime64``, lists, pandas or polars series. Spans: text such
    as ``"8h"`` or ``"3 working days"``, ``timedelta``, ``timedelta64`` and arrays of it. Scalar
    results are in the schedule's zone. In arrays a missing instant (None, NaT, NA) stays NaT; alone it
    is refused (``bad_instant``). Arrays that belong together are of one length, else
    ``unequal_lengths`` is raised.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def zone(self) -> tzinfo: ...  # noqa: D102 - Schedule has it
        @property
        def clock(self) -> BusinessClock: ...  # noqa: D102 - Schedule has it
        @property
        def days(self) -> DayTable: ...  # noqa: D102 - Schedule has it

    def elapsed(self, start: Any, end: Any) -> Any:
        """Working time from one instant to another, negative when the second is earlier.

        Returns:
            ``timedelta``, or ``timedelta64[us]`` where either argument is an array.

        Raises:
            TimeError: for what is no instant; integers are none, nor are arrays of them.
            ScheduleError: ``never_open``, ``beyond_horizon``.
        """
        clock = self.clock
        if is_array(start) or is_array(end):
            return clock.elapsed_array(*fitting(_many(start), _many(end))).view("timedelta64[us]")
        return timedelta(0, 0, clock.read(instant(end)) - clock.read(instant(start)))

    def due_at(self, start: Any, target: Any) -> Any:
        """The earliest instant by which a span of working time has passed since the start.

        Args:
            start: when it begins.
            target: the span; ``"3 working days"`` gives the same clock time on the third following
                working day.

        Raises:
            ScheduleError: ``unreachable`` where no later opening reaches it (arrays: NaT).
        """
        length = target if is_array(target) else span(target)
        if isinstance(length, WorkingDays):
            return self._each(start, lambda us: self.days.due_us(us, length), lambda us: self.days.due_array(us, length))
        clock = self.clock
        return self._move(start, length, clock.due_at_us, clock.due_at_array)

    def met_until(self, start: Any, target: Any) -> Any:
        """The last instant by which no more than a span of working time has passed since the start.

        Args:
            start: when it begins.
            target: the span.

        Raises:
            ScheduleError: ``unreachable`` where it is never exceeded (arrays: NaT).
        """
        length = target if is_array(target) else span(target)
        if isinstance(length, WorkingDays):
            return self._each(start, lambda us: self._met_until_day(us, length), lambda us: self._met_until_days(us, length))
        clock = self.clock
        return self._move(start, length, clock.met_until_us, clock.met_until_array)

    def start_by(self, end: Any, target: Any) -> Any:
        """The latest instant from which a span of working time fits before the end.

        Args:
            end: when it must be over.
            target: the span; working days cannot be counted backwards.

        Raises:
            ScheduleError: ``unreachable`` where it never fits (arrays: NaT), ``working_days``.
        """
        length = target if is_array(target) else span(target)
        if isinstance(length, WorkingDays):
            message = f"start_by cannot count {target!r} backwards, because clock times of days with other hours do not invert: use add_working_days"
            raise ScheduleError(message, code="working_days", given=target)
        clock = self.clock
        return self._move(end, length, clock.start_by_us, clock.start_by_array)

    def span_us(self, start_us: int, length: int | WorkingDays) -> int:
        """A span in us of working time; working days are counted from the start.

        Args:
            start_us: when the cycle starts, us.
            length: what `slakit._time.span` gives.
        """
        if isinstance(length, WorkingDays):
            return self.clock.elapsed_us(start_us, self.days.due_us(start_us, length))
        return length

    def is_open(self, at: Any) -> Any:
        """Whether an instant is working time: ``bool``, or an array of them (False for NaT)."""
        if is_array(at):
            return self.clock.vector.is_open(_many(at))
        return self.clock.is_open_us(instant(at))

    def next_open(self, at: Any) -> Any:
        """The earliest open instant at or after an instant.

        Raises:
            ScheduleError: ``unreachable`` where none follows (arrays: NaT).
        """
        return self._each(at, self.clock.next_open_us, self.clock.next_open_array)

    def next_close(self, at: Any) -> Any:
        """The first end of open time strictly after an instant.

        Raises:
            ScheduleError: ``unreachable`` where none follows (arrays: NaT).
        """
        return self._each(at, self.clock.next_close_us, self.clock.next_close_array)

    def previous_close(self, at: Any) -> Any:
        """The end of the open time before an instant; the instant itself while open.

        At the very instant of an opening it is the closing before.

        Raises:
            ScheduleError: ``unreachable`` where nothing was open before (arrays: NaT).
        """
        return self._each(at, self.clock.previous_close_us, self.clock.previous_close_array)

    def _each(self, at: Any, scalar: Callable[[int], int], vector: Callable[[Any], Any]) -> Any:
        if is_array(at):
            return vector(_many(at)).view("datetime64[us]")
        return like(scalar(instant(at)), at, self.zone)

    def _move(self, at: Any, length: Any, scalar: Callable[[int, int], int], vector: Callable[[Any, Any], Any]) -> Any:
        if is_array(at) or is_array(length):
            moments, spans = fitting(_many(at), _spans(length)) if is_array(length) else (_many(at), length)
            return vector(moments, spans).view("datetime64[us]")
        return like(scalar(instant(at), length), at, self.zone)

    def _met_until_day(self, us: int, length: WorkingDays) -> int:
        return self.clock.met_until_us(us, self.span_us(us, length))

    def _met_until_days(self, us: Any, length: WorkingDays) -> Any:
        import numpy as np  # noqa: PLC0415 - scalars must not load it

        due = self.days.due_array(us, length)
        clock = self.clock
        spans = np.where(due == NAT, NAT, clock.read_array(due) - clock.read_array(us))
        return clock.met_until_array(us, spans)


def _many(given: Any) -> Any:
    import numpy as np  # noqa: PLC0415 - scalars must not load it

    if isinstance(given, np.ndarray) and given.dtype == np.dtype("datetime64[us]"):
        return given.view(np.int64)  # nothing here writes into it
    return instants(given) if is_array(given) else np.asarray(instant(given), np.int64)


def fitting(one: Any, other: Any) -> tuple[Any, Any]:
    """Both arrays, which pair off: as long as each other, or one of them a single value for all."""
    if one.size != other.size and 1 not in {one.size, other.size}:
        message = f"the arrays have {one.size} and {other.size} elements: give as many of one as of the other, or a single value for all"
        raise ScheduleError(message, code="unequal_lengths", given=(one.size, other.size))
    return one, other


def _spans(given: Any) -> Any:
    """Spans as an int64 array of us; a missing one is NaT."""
    import numpy as np  # noqa: PLC0415 - scalars must not load it

    if hasattr(given, "__array__"):
        array = np.asarray(given)
        if array.dtype.kind == "m":
            return array.astype("timedelta64[us]", copy=False).view(np.int64)
        if array.dtype.kind in "iu" and len(array):
            message = f"an array of {array.dtype} says no unit: give timedelta64, e.g. array.view('timedelta64[us]') of int64 microseconds"
            raise TimeError(message, code="bad_span", given=array.dtype.name)
    out = np.empty(len(given), np.int64)
    for position, element in enumerate(given):
        length = NAT if is_missing(element) else span(element)
        if isinstance(length, WorkingDays):
            message = f"element {position}: {element!r} counts working days; give them alone, for the whole array, not as one span of many"
            raise ScheduleError(message, code="working_days", given=element, position=position)
        out[position] = length
    return out
