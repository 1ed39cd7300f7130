"""Bands: tiers of overrun, of a period's attainment and of its number of breaches."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from slakit._time import fixed_span, span_text
from slakit.errors import PenaltyError
from slakit.penalty.share import Amount, Share, amount


class Band(NamedTuple):
    """What holds between two bounds; an upper bound of None is open.

    Attributes:
        lower: the lower bound: us of overrun, a share of one, or a count.
        upper: the upper bound, or None.
        amount: the rate or the charge that holds there.
    """

    lower: Any
    upper: Any
    amount: Amount


def _rows(given: Any, what: str, widths: tuple[int, ...]) -> list[tuple[Any, ...]]:
    try:
        rows = [tuple(row) for row in given]
    except TypeError:
        rows = []
    if not rows or any(len(row) not in widths for row in rows):
        form = "(lower, upper, amount)" if widths == (3,) else "(upper, rate) or (lower, upper, rate)"
        message = f"{what}={given!r}: give a list of {form} rows"
        raise PenaltyError(message, code="bad_tiers", given=given)
    return rows


def _joined(bands: Sequence[Band], what: str, text: Any) -> tuple[Band, ...]:
    for band in bands:
        if band.upper is not None and band.upper <= band.lower:
            message = f"{what}: a band from {text(band.lower)} to {text(band.upper)} is empty or runs backwards: bounds must ascend"
            raise PenaltyError(message, code="tiers_overlap", lower=band.lower, upper=band.upper)
    for band, following in pairwise(bands):
        if band.upper is None or following.lower < band.upper:
            upper = "without an upper bound" if band.upper is None else f"up to {text(band.upper)}"
            message = f"{what}: the bands overlap: one goes {upper}, the next starts at {text(following.lower)}; let each start where the one before ends"
            raise PenaltyError(message, code="tiers_overlap", upper=band.upper, lower=following.lower)
        if following.lower > band.upper:
            message = f"{what}: nothing is said between {text(band.upper)} and {text(following.lower)}: let each band start where the one before ends"
            raise PenaltyError(message, code="tiers_hole", upper=band.upper, lower=following.lower)
    return tuple(bands)


def overrun_bands(given: Iterable[Any]) -> tuple[Band, ...]:
    """Tiers of overrun, each holding on ``(lower, upper]``, us.

    Args:
        given: (upper, rate) rows in ascending order, the last upper bound None, or
            (lower, upper, rate) rows.

    Raises:
        PenaltyError: ``bad_tiers``, ``tiers_overlap``, ``tiers_hole``, and as `amount`.
    """
    bands: list[Band] = []
    for row in _rows(given, "tiers", (2, 3)):
        lower = (bands[-1].upper if bands else 0) if len(row) == 2 else _span(row[0]) or 0  # noqa: PLR2004 - (upper, rate)
        if lower is None:
            message = "tiers: the bands overlap: one goes without an upper bound and another follows; only the last may end with None"
            raise PenaltyError(message, code="tiers_overlap", upper=None, lower=None)
        bands.append(Band(lower, _span(row[-2]), amount(row[-1], what="tiers rate")))
    if bands[0].lower != 0:
        message = f"tiers: nothing is said below {span_text(bands[0].lower)}: start at 0 (with a rate of zero where nothing is charged)"
        raise PenaltyError(message, code="tiers_hole", upper=bands[0].lower, lower=0)
    if bands[-1].upper is not None:
        message = f"tiers: nothing is said beyond {span_text(bands[-1].upper)}: end with (None, rate) (a rate of zero where nothing more is charged)"
        raise PenaltyError(message, code="tiers_hole", upper=None, lower=bands[-1].upper)
    return _joined(bands, "tiers", span_text)


def _span(given: Any) -> int | None:
    if given is None or (type(given) is int and given == 0):
        return given
    return fixed_span(given)


def attainment_bands(given: Iterable[Any]) -> tuple[Band, ...]:
    """Tiers of a period's attainment, each holding on ``[lower, upper)``, as shares of one, ascending.

    Args:
        given: (lower, upper, charge) rows in any order, e.g. ``("95%", "99%", "25%")``; a lower bound of None is 0 %,
            an upper bound of None holds everything from the lower one, 100 % included. What no row covers above the
            last upper bound costs nothing.

    Raises:
        PenaltyError: ``bad_tiers``, ``bad_share``, ``tiers_overlap``, ``tiers_hole``, and as `amount`.
    """
    rows = _rows(given, "attainment", (3,))
    bands = [
        Band(
            Fraction(0) if lower is None else Share(lower).fraction,
            None if upper is None else Share(upper).fraction,
            amount(charge, what="attainment charge"),
        )
        for lower, upper, charge in rows
    ]
    bands.sort(key=lambda band: (band.lower, band.upper is None, band.upper or 0))
    if bands[0].lower != 0:
        message = f"attainment: nothing is said below {_percent(bands[0].lower)}: let the lowest band start with None"
        raise PenaltyError(message, code="tiers_hole", upper=bands[0].lower, lower=0)
    return _joined(bands, "attainment", _percent)


def _percent(given: Fraction) -> str:
    return str(Share(given))


def count_bands(given: Iterable[Any]) -> tuple[Band, ...]:
    """Tiers of a number of breaches, both bounds belonging to the band; fewer than the first cost nothing.

    Args:
        given: (first, last, charge) rows in ascending order, e.g. ``(3, 4, "10%")``; the last may end with None.

    Raises:
        PenaltyError: ``bad_tiers``, ``tiers_overlap``, ``tiers_hole``, and as `amount`.
    """
    bands = []
    for first, last, charge in _rows(given, "counts", (3,)):
        if type(first) is not int or first < 1 or not (last is None or type(last) is int):
            message = f"counts: {first!r} to {last!r}: bounds are whole numbers of breaches from 1, the last may be None"
            raise PenaltyError(message, code="bad_tiers", given=(first, last))
        bands.append(Band(first, None if last is None else last + 1, amount(charge, what="counts charge")))
    return _joined(bands, "counts", str)


def band_from_below(bands: Sequence[Band], given: Fraction | int) -> Band | None:
    """The band with ``lower <= given < upper``; None outside all."""
    return next((band for band in bands if band.lower <= given and (band.upper is None or given < band.upper)), None)


def band_up_to(bands: Sequence[Band], overrun_us: int) -> Band:
    """The band with ``lower < overrun <= upper``, us of a positive overrun."""
    return next(band for band in bands if band.upper is None or overrun_us <= band.upper)


def filled(bands: Sequence[Band], overrun_us: int) -> list[tuple[Band, int]]:
    """How much of an overrun lies in each band that it reaches, us."""
    return [
        (band, (overrun_us if band.upper is None else min(overrun_us, band.upper)) - band.lower)
        for band in bands
        if overrun_us > band.lower
    ]
