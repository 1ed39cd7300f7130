"""The whole job as a vectorised pandas script."""

from typing import Any

import numpy as np
from desk_job import PENDING, SOLVED, Answer, Array, Contestant, coded, openings, reading, tally
from desk_log import AGENT, CREATED, CUSTOMER, MESSAGE, STATUS


def load(columns: dict[str, Any]) -> Any:
    """A frame sorted by ticket and time."""
    import pandas as pd

    frame = pd.DataFrame({
        "ticket": columns["ticket"], "us": columns["at"].astype(np.int64), "kind": columns["kind"], "role": columns["role"],
        "status": coded(columns["status"]),
    })  # fmt: skip
    ticket, us = (frame[name].to_numpy() for name in ("ticket", "us"))
    if np.all((ticket[1:] > ticket[:-1]) | ((ticket[1:] == ticket[:-1]) & (us[1:] >= us[:-1]))):
        return frame
    keys = "ticket" if frame["us"].is_monotonic_increasing else ["ticket", "us"]
    return frame.sort_values(keys, kind="stable", ignore_index=True)


def _changes(values: Array) -> Array:
    """Where a value is not the one before it; the first is not."""
    out = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=out[1:])
    return out


def job(frame: Any, as_of: int) -> Answer:
    """Shifts within the sorted frame, on its arrays; what belongs to a ticket is aligned by pandas.

    Groups are told by a change of ticket, which costs a tenth of ``groupby(...).shift()``.
    """
    import pandas as pd

    ticket, us, kind, role, status = (frame[name].to_numpy() for name in ("ticket", "us", "kind", "role", "status"))
    begins, ends = openings(int(us.min()), as_of)
    read, until = reading(us, begins, ends), int(reading(as_of, begins, ends))

    def first_of(rows: Array) -> Any:
        found = pd.Series(read[rows], index=ticket[rows])
        return found[~found.index.duplicated()].reindex(created.index)

    created = pd.Series(read[kind == CREATED], index=ticket[kind == CREATED])
    messages = np.flatnonzero(kind == MESSAGE)
    first, solved = first_of(messages[role[messages] == AGENT]), first_of(status == SOLVED)
    elapsed = first.fillna(solved).fillna(until) - created
    response = (elapsed.to_numpy(np.int64), (first.notna() | solved.notna()).to_numpy(), first.isna().to_numpy())

    opens = _changes(ticket[messages])
    turns = np.flatnonzero(opens | _changes(role[messages]))
    opens, turns = opens[turns], messages[turns]
    answered = np.append(~opens[1:], False)
    waits = (role[turns] == CUSTOMER) & ~opens
    ended = pd.Series(np.append(read[turns][1:], 0)[waits]).where(answered[waits])
    otherwise = pd.Series(ticket[turns[waits]]).map(solved)
    waited = ended.fillna(otherwise).fillna(until).to_numpy(np.int64) - read[turns[waits]]
    follow_up = (waited, (ended.notna() | otherwise.notna()).to_numpy(), ended.isna().to_numpy())

    states = np.flatnonzero((kind == CREATED) | (kind == STATUS))
    last = np.append(_changes(ticket[states])[1:], True)
    following = np.where(last, until, np.append(read[states][1:], until))
    running = ~np.isin(status[states], (PENDING, SOLVED))
    stretches = pd.Series((following - read[states])[running])
    spent = stretches.groupby(ticket[states][running], sort=False).sum().reindex(created.index, fill_value=0)
    resolution = (spent.to_numpy(np.int64), solved.notna().to_numpy(), np.zeros(len(created), np.bool_))
    return tally((response, follow_up, resolution))


PANDAS = Contestant(load, job)
