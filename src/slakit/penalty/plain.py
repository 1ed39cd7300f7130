"""Penalty rules as plain data, for contracts that live in a file."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from slakit._time import span_text
from slakit.errors import PenaltyError, did_you_mean
from slakit.penalty.bands import Band
from slakit.penalty.share import Share
from slakit.schedule import Schedule

if TYPE_CHECKING:
    from slakit.penalty.rule import Penalty

_SCHEDULES = ("schedule", "grace_schedule")


def _fields(cls: Any) -> tuple[Any, ...]:
    return attrs.fields(cls)  # type: ignore[no-any-return]


def to_plain(rule: "Penalty") -> dict[str, Any]:
    """A rule as text, numbers, lists and mappings; keys at their defaults are left out."""
    plain: dict[str, Any] = {}
    for field in _fields(type(rule)):
        given = getattr(rule, field.name)
        if field.name == "metric" or given != field.default:
            plain[field.name] = _plain(rule, field.name, given)
    return plain


def _plain(rule: "Penalty", key: str, given: Any) -> Any:
    if key in {"rate", "flat"}:
        return given.plain(rule.tz)
    if key in {"tiers", "attainment", "counts"}:
        return [_row(key, band) for band in given]
    if key == "grace":
        return span_text(given)
    if key in _SCHEDULES or key == "when":
        return given.to_dict()
    return given if isinstance(given, int) or given is None else str(given)


def _row(key: str, band: Band) -> list[Any]:
    if key == "counts":
        return [band.lower, None if band.upper is None else band.upper - 1, str(band.amount)]
    text = span_text if key == "tiers" else lambda share: str(Share(share))
    return [text(band.lower), None if band.upper is None else text(band.upper), str(band.amount)]


def from_plain(cls: type["Penalty"], plain: Mapping[str, Any]) -> "Penalty":
    """A rule from plain data; see `slakit.penalty.Penalty.from_dict`."""
    known = [field.name for field in _fields(cls)]
    for key in plain:
        if key not in known:
            message = f"penalty: unknown key {key!r}: {did_you_mean(key, known)}"
            raise PenaltyError(message, code="unknown_key", given=key)
    if "metric" not in plain:
        message = "penalty: the key 'metric' is missing: say which clock the rule is on"
        raise PenaltyError(message, code="missing_key", key="metric")
    options = {key: given for key, given in plain.items() if key != "metric"}
    for key in _SCHEDULES:
        if isinstance(options.get(key), Mapping):
            options[key] = Schedule.from_dict(options[key])
    return cls(plain["metric"], **options)
