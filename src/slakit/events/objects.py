"""Columns of Python objects: looked at part by part, because every further touch of an object costs a trip to memory."""

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from slakit.events.cells import is_absent, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ABSENT = -1
_PART = 1 << 12
_MANY = 4096
_SAMPLE = 512
_SHORT = 32
_TEXTS = frozenset({str, type(None)})


class _Places(dict[Any, int]):
    """Elements in order of appearance, numbered as they are looked up."""

    def __missing__(self, element: Any) -> int:
        place = self[element] = len(self)
        return place


def factorize_objects(elements: "Sequence[Any] | NDArray[Any]") -> "tuple[NDArray[np.int32], list[Any]]":
    """Codes of arbitrary elements and the distinct ones in order of appearance; 1, 1.0 and True are three.

    What cannot be hashed counts by its text.

    Args:
        elements: a sequence, or an array of objects.
    """
    count, places = len(elements), _Places()
    try:
        codes = np.fromiter(map(places.__getitem__, _each(elements)), np.int32, count)
    except TypeError:
        keys = [(type(element), element if element.__hash__ is not None else repr(element)) for element in _each(elements)]
        return _by_key(keys, elements)
    others = set(map(type, places)) - _TEXTS
    if others and len(set(map(type, _each(elements))) - _TEXTS) > 1:
        return _by_key([(type(element), element) for element in _each(elements)], elements)
    known = [element for element in places if not is_absent(element)] if others else list(filter(None, places))
    if len(known) < len(places):
        places.update(dict.fromkeys(places, ABSENT) | dict(zip(known, range(len(known)), strict=True)))
        codes = np.fromiter(places.values(), np.int32, len(places))[codes]
    return codes, [plain(element) for element in known] if others else known


def _each(elements: "Sequence[Any] | NDArray[Any]") -> "chain[Any]":
    """The elements one by one; an array is unpacked a part at a time."""
    if not isinstance(elements, np.ndarray):
        return chain(elements)
    return chain.from_iterable(elements[begin : begin + _PART].tolist() for begin in range(0, len(elements), _PART))


def _by_key(keys: list[Any], elements: "Sequence[Any] | NDArray[Any]") -> "tuple[NDArray[np.int32], list[Any]]":
    """Codes of elements that are told apart by keys."""
    first: dict[Any, Any] = {}
    for key, element in zip(keys, _each(elements), strict=True):
        first.setdefault(key, element)
    known = [key for key, element in first.items() if not is_absent(element)]
    places = dict.fromkeys(first, ABSENT) | dict(zip(known, range(len(known)), strict=True))
    return np.fromiter(map(places.__getitem__, keys), np.int32, len(keys)), [plain(first[key]) for key in known]


def as_texts(column: "NDArray[Any]") -> "NDArray[np.str_] | None":
    """Objects that are many different short texts (or None) as a fixed-width array; None where a dictionary serves better.

    Args:
        column: an array of objects.
    """
    count = len(column)
    if count < _MANY or len(set(map(str, column[:: count // _SAMPLE].tolist()))) < _SAMPLE // 4:
        return None
    parts, letters = [], 0
    for begin in range(0, count, _PART):
        elements = column[begin : begin + _PART].tolist()
        types = set(map(type, elements))
        if not types <= _TEXTS:
            return None
        if len(types) > 1 or str not in types:
            elements = ["" if element is None else element for element in elements]
        joined = "".join(elements)
        letters += len(joined)
        if "\0" in joined or max(map(len, elements)) > max(_SHORT, 4 * letters // (begin + len(elements))):
            return None
        parts.append(np.array(elements))
    return np.concatenate(parts)
