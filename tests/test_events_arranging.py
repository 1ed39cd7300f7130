"""Rows in canonical order, by every way of sorting."""

import numpy as np
import pytest

from slakit import EventKind
from slakit.events.arranging import Rows, arrange
from slakit.events.ordering import repeated


def rows_of(ticket, at, rank=None, seq=None):
    """Rows to arrange, the class of each given as a kind that has it, every further fact told by its place."""
    count = len(ticket)
    kinds = {0: EventKind.CREATED, 1: EventKind.FIELD, 2: EventKind.SPAM}
    kind = np.array([kinds[one] for one in (np.zeros(count, int) if rank is None else rank)], np.uint8)
    place = np.arange(count)
    arrays = {
        "role": (place % 5).astype(np.uint8), "public": place % 2 == 0, "category": (place % 7).astype(np.uint8), "seq": seq,
    }  # fmt: skip
    return Rows(np.asarray(ticket), np.array(at), kind, **arrays)


def test_rows_in_order_stay_where_they_are():
    """Rows in canonical order are not moved; a lone wrong ticket is the only one touched."""
    ticket, at, rank = [0, 0, 5, 5, 9], [1, 2, 1, 1, 0], [0, 1, 1, 2, 0]
    rows = rows_of(ticket, at, rank)
    found = arrange(rows)
    assert found.rows.source is None
    assert found.rows.at is rows.at
    assert (found.rows.ticket.tolist(), found.tickets.tolist(), found.starts.tolist()) == ([0, 0, 1, 1, 2], [0, 5, 9], [0, 2, 4, 5])
    assert arrange(rows_of(ticket, [1, 2, 5, 1, 0], rank)).rows.source.tolist() == [0, 1, 3, 2, 4]
    assert arrange(rows_of(ticket, at, [0, 1, 2, 1, 0])).rows.source.tolist() == [0, 1, 3, 2, 4]
    assert arrange(rows_of(ticket, at, rank, np.array([0, 0, 1, 0, 0]))).rows.source.tolist() == [0, 1, 3, 2, 4]
    assert arrange(rows_of(ticket[::-1], [1, 2, 1, 1, 0])).rows.source.tolist() == [4, 3, 2, 1, 0]
    none = arrange(rows_of(np.empty(0, np.int64), np.empty(0, np.int64)))
    assert (len(none.rows.ticket), len(none.tickets), none.starts.tolist()) == (0, 0, [0])


@pytest.mark.parametrize("part", [7, 1 << 15])
@pytest.mark.parametrize("run", [1, 5])
@pytest.mark.parametrize("seq", [False, True])
@pytest.mark.parametrize(
    "spread",
    [lambda codes: codes, lambda codes: codes.astype(np.int8), lambda codes: codes * 10**12 - 10**13, lambda codes: codes * 10**16 - 2**62],
    ids=["carried", "narrow", "fetched", "too wide"],
)
def test_order_is_that_of_plain_sorting(monkeypatch, spread, seq, run, part):
    """Random rows come out as Python's stable sort by (ticket, at, seq, class) has them, each with its own facts, by every way of sorting."""
    monkeypatch.setattr("slakit.events.arranging.CHUNK", part)
    draw = np.random.default_rng(2)
    count = 3_000
    ticket = spread(np.repeat(draw.integers(0, 120, count // run), run))
    at, rank = draw.integers(0, 40, count), draw.integers(0, 3, count)
    numbers = draw.integers(0, 2, count) if seq else None
    rows = rows_of(ticket, at, rank, numbers)
    facts = [array.copy() for array in (rows.kind, rows.role, rows.public, rows.category)]
    keys = list(zip(ticket.tolist(), at.tolist(), [0] * count if numbers is None else numbers.tolist(), rank.tolist(), strict=True))
    expected = sorted(range(count), key=keys.__getitem__)
    found = arrange(rows)
    assert found.rows.source.tolist() == expected
    assert found.rows.at.tolist() == at[expected].tolist()
    assert found.tickets.tolist() == sorted(set(ticket.tolist()))
    assert found.tickets[found.rows.ticket].tolist() == ticket[expected].tolist()
    assert np.diff(found.starts).tolist() == np.unique(ticket, return_counts=True)[1].tolist()
    for mine, given in zip((found.rows.kind, found.rows.role, found.rows.public, found.rows.category), facts, strict=True):
        assert mine.tolist() == given[expected].tolist()
    assert (found.rows.seq is None) if numbers is None else (found.rows.seq.tolist() == numbers[expected].tolist())


def test_repeats_are_counted_within_a_ticket():
    """Only the second row of one ticket and one id is a repeat."""
    ticket, code = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 0, 0, -1, -1])
    assert repeated(ticket, code).tolist() == [False, False, True, False, False, False]
    assert not repeated(ticket, np.arange(6)).any()
