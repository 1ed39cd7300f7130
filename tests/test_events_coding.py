"""Codes that stand for the elements of a column, by every way of coding."""

import numpy as np
import pandas as pd
import pytest

from slakit.events.coding import as_column, factorize, factorize_ids, factorize_integers, present
from slakit.events.matching import few_texts, match_words, text_words


def elements(kind, count, distinct):
    """A column of one kind with some distinct elements."""
    numbers = np.random.default_rng(7).integers(0, distinct, count)
    if kind == "latin":
        return np.char.add("ticket/no ", numbers.astype(str))
    if kind == "persian":
        return np.array([chr(0x100 + number % 997) + chr(0x20 + number % 89) + chr(0x600 + number % 7) for number in numbers.tolist()])
    if kind == "short":
        return numbers.astype(str)
    if kind == "sparse":
        return numbers * 10**13 - 5 * 10**17
    return np.array([None if number % 7 == 0 else f"id {number}" for number in numbers.tolist()], object)


@pytest.mark.parametrize("kind", ["latin", "persian", "short", "sparse", "objects"])
@pytest.mark.parametrize(("count", "distinct"), [(1, 1), (20_000, 5), (20_000, 900), (20_000, 10**9)])
def test_codes_stand_for_their_elements(kind, count, distinct):
    """Decoding the codes gives the column back, each distinct value once, for every route of coding."""
    column = elements(kind, count, distinct)
    codes, values = factorize(column)
    assert [values[code] if code >= 0 else None for code in codes.tolist()] == column.tolist()
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("factor", [0, 1 << 60, 0x9E3779B97F4A7C15])
def test_elements_that_meet_in_one_slot_are_told_apart(monkeypatch, factor):
    """Where all, many or few words meet in one slot at first, every word still gets a code of its own."""
    monkeypatch.setattr("slakit.events.matching._GOLDEN", factor)
    words = np.random.default_rng(1).integers(0, 2**63, (128, 3)).astype(np.uint64)
    codes, rows = match_words(np.concatenate([words, words]))
    assert len(set(codes[:128].tolist())) == 128
    assert codes[:128].tolist() == codes[128:].tolist()
    assert (codes[rows] == np.arange(128)).all()
    assert text_words(np.array(["abcdefghi"]))[0].shape == (1, 2)


@pytest.mark.parametrize("part", [3, 50, 1 << 14])
def test_few_texts_are_told_apart_part_by_part(monkeypatch, part):
    """New texts, longer ones and ones in another script may turn up in any part; too many are left to another way."""
    monkeypatch.setattr("slakit.events.matching._CHUNK", part)
    draw = np.random.default_rng(6).integers
    words = np.array(["", "open", "on hold by the vendor", "øpen", "باز", "در انتظار مشتری"])
    column = words[np.concatenate([draw(0, 2, 40), draw(0, 4, 40), draw(0, 6, 100)])]
    for given in (column, np.sort(column), column[column != ""]):
        codes, rows = few_texts(given)
        assert given[rows][codes].tolist() == given.tolist()
        assert len(rows) == len(set(given.tolist()))
    many = np.array([f"{number}" for number in range(300)] * 2)
    assert few_texts(many) is None
    assert few_texts(np.array(["x" * 100])) is None
    monkeypatch.setattr("slakit.events.matching._mixed", lambda columns: np.zeros(len(columns[0]), np.uint64))
    assert few_texts(column) is None


def test_texts_of_other_layouts():
    """Texts in the other byte order, of no width, or with a NUL inside are coded one by one, and right."""
    for column in (
        np.array(["b", "a", "b"], ">U3"),
        np.array(["", ""], "U0"),
        as_column(["b", "a\0", "a"] * 5_000 + [str(n) for n in range(900)]),
    ):
        codes, values = factorize(column)
        assert [values[code] if code >= 0 else "" for code in codes.tolist()] == column.tolist()
    ids = np.array([f"{'ticket of some length ' * 2}{number}" for number in range(6_000)], object)[::-1]
    codes, values = factorize_ids(ids)
    assert values == sorted(ids)
    assert [values[code] for code in codes.tolist()] == ids.tolist()
    huge = as_column([*[f"{n}" for n in range(5_000)], "x" * 10_000])
    assert factorize(huge)[1] == huge.tolist()


@pytest.mark.parametrize("kind", ["latin", "persian", "short"])
def test_text_ids_ascend(kind):
    """Ids come out in the order in which Python sorts text, scattered or standing together."""
    column = elements(kind, 9_000, 700)
    for given in (column, np.sort(column), as_column(column.tolist()), column.astype(object)):
        codes, values = factorize_ids(given)
        assert values == sorted(set(column.tolist()))
        assert [values[code] for code in codes.tolist()] == given.tolist()


def test_floats_with_gaps_are_integers_again():
    """Whole floats with NaN are integers; without NaN, with fractions or too large to be exact they stay floats."""
    assert as_column(np.array([1.0, np.nan])).tolist() == [1, None]
    assert as_column(np.array([1.0, 2.0])).dtype == float
    assert as_column(np.array([1.5, np.nan])).dtype == float
    assert as_column(np.array([2.0**53, np.nan])).dtype == float
    codes, values = factorize(np.array([1.5, np.nan, 0.5, 1.5]))
    assert (codes.tolist(), values) == ([1, -1, 0, 1], [0.5, 1.5])


def test_dense_integers_keep_their_order():
    """Codes of integers ascend with them, whatever the width of the type."""
    for dtype in (np.int8, np.uint16, np.int64):
        codes, distinct = factorize_integers(np.array([5, 3, 100, 3], dtype))
        assert (codes.tolist(), distinct.tolist()) == ([1, 0, 2, 0], [3, 5, 100])
    codes, distinct = factorize_integers(np.array([100, -100, 127, -100], np.int8))
    assert (codes.tolist(), distinct.tolist()) == ([1, 0, 2, 0], [-100, 100, 127])


def test_absent_cells_of_every_type():
    """What counts as present, by type of array."""
    assert present(np.array([0, 1])).all()
    assert present(np.array([0.0, np.nan])).tolist() == [True, False]
    assert present(np.array(["a", ""])).tolist() == [True, False]
    assert present(np.array(["2026-01-01", "NaT"], "M8[us]")).tolist() == [True, False]
    assert present(as_column([0, False, None, float("nan"), "", pd.NA, pd.NaT, ["x"]])).tolist() == [True, True, *[False] * 5, True]
