"""The questions about working days for arrays, each answered by the scalar rule once a distinct day."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from slakit._time import DAY, NAT, instants, is_array, is_missing
from slakit.errors import ScheduleError, SlakitError
from slakit.schedule.calendar import CalendarQuestions, is_date, whole
from slakit.schedule.days import instants_of
from slakit.schedule.questions import fitting
from slakit.schedule.zones import offset_periods

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def flagged(schedule: CalendarQuestions, given: Any, test: Callable[[int], bool]) -> "NDArray[np.bool_]":
    """A property of the local date of each element, False where it is missing."""
    days, _, _ = _read(schedule, given)
    distinct, place = np.unique(days, return_inverse=True)
    return np.array([day != NAT and test(day) for day in distinct.tolist()], np.bool_)[place]


def counted(schedule: CalendarQuestions, start: Any, end: Any) -> "NDArray[Any]":
    """`CalendarQuestions.working_days_between` of each pair."""
    first, last = (_read(schedule, given)[0] if is_array(given) else np.array([schedule.day_of(given)]) for given in (start, end))
    first, last = _paired(first, last)
    known = (first != NAT) & (last != NAT)
    out = np.zeros(first.shape, np.int64)
    if known.any():
        distinct, place = np.unique(np.concatenate([first[known], last[known]]), return_inverse=True)
        origin = int(distinct[0])
        before = np.array([schedule.days.count(origin, day) for day in distinct.tolist()], np.int64)[place]
        out[known] = before[known.sum() :] - before[: known.sum()]
    return out if known.all() else np.where(known, out.astype(np.float64), np.nan)


def added(schedule: CalendarQuestions, start: Any, number: Any) -> "NDArray[np.datetime64]":
    """`CalendarQuestions.add_working_days` of each; NaT where something is missing or never reached."""
    days, us, dates = _read(schedule, start if is_array(start) else [start])
    numbers = np.array([NAT if is_missing(one) else whole(one) for one in number] if is_array(number) else [whole(number)], np.int64)
    days, numbers = _paired(days, numbers)
    us = np.broadcast_to(us, days.shape)
    (each_day, day_place), (each_number, number_place) = (np.unique(given, return_inverse=True) for given in (days, numbers))
    pairs, place = np.unique(day_place * len(each_number) + number_place, return_inverse=True)
    asked = zip(each_day[pairs // max(1, len(each_number))].tolist(), each_number[pairs % max(1, len(each_number))].tolist(), strict=True)
    target = np.array([_day_after(schedule, day, count) for day, count in asked], np.int64)[place]
    if dates:
        return target.view("datetime64[D]")
    out = np.where((target == NAT) | (numbers != 0), NAT, us)
    moved = (target != NAT) & (numbers != 0)
    if moved.any():
        clock_time = (us[moved] + _offsets(schedule, us[moved])) % DAY
        lowest, highest = int(target[moved].min()), int(target[moved].max())
        out[moved] = instants_of(target[moved] * DAY + clock_time, *_periods(schedule, (lowest - 3) * DAY, (highest + 4) * DAY))
    return out.view("datetime64[us]")


def _day_after(schedule: CalendarQuestions, day: int, number: int) -> int:
    if NAT in {day, number}:
        return NAT
    try:
        return schedule.day_after(day, number)
    except ScheduleError as error:
        if error.code != "unreachable":
            raise
        return NAT


def _read(schedule: CalendarQuestions, given: Any) -> "tuple[Ints, Ints, bool]":
    """The local day of each element, its instant, and whether the elements are dates (then without instants)."""
    zoned = getattr(getattr(given, "dtype", None), "tz", None) is not None
    array = np.asarray(given) if hasattr(given, "__array__") and not zoned else given
    if isinstance(array, np.ndarray) and array.dtype.str == "<M8[D]":
        return array.view(np.int64), array.view(np.int64), True
    elements = (
        array.tolist() if isinstance(array, np.ndarray) and array.dtype.kind in "OU" else array if isinstance(array, list | tuple) else []
    )
    dated = [not is_missing(element) and is_date(element) for element in elements]
    if any(dated):
        for position, element in enumerate(elements):
            if not dated[position] and not is_missing(element):
                message = f"element {position}: {element!r} is an instant among dates: ask for the two kinds apart"
                raise ScheduleError(message, code="mixed_kinds", given=element, position=position)
        days = np.array([_element(schedule, element, position) for position, element in enumerate(elements)], np.int64)
        return days, days, True
    us = instants(given)
    known = us != NAT
    days = np.full(us.shape, NAT, np.int64)
    if known.any():
        days[known] = (us[known] + _offsets(schedule, us[known])) // DAY
    return days, us, False


def _element(schedule: CalendarQuestions, given: Any, position: int) -> int:
    if is_missing(given):
        return NAT
    try:
        return schedule.day_of(given)
    except SlakitError as error:
        message = f"element {position}: {error}"
        raise ScheduleError(message, code=error.code, **{**error.fields, "position": position}) from None


def _paired(one: "Ints", other: "Ints") -> "tuple[Ints, Ints]":
    first, second = np.broadcast_arrays(*fitting(one, other))
    return first, second


def _offsets(schedule: CalendarQuestions, us: "Ints") -> "Ints":
    starts, offsets = _periods(schedule, int(us.min()), int(us.max()) + 1)
    return offsets[np.searchsorted(starts, us, side="right") - 1]


def _periods(schedule: CalendarQuestions, lo: int, hi: int) -> "tuple[Ints, Ints]":
    periods = list(offset_periods(schedule.zone, lo, hi))
    return np.array([start for start, _, _ in periods], np.int64), np.array([offset for _, _, offset in periods], np.int64)
