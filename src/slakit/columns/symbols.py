"""The look-up from what is known of an event to the number of its situation, and to what that means to every clock."""

from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slakit.columns.block import Block, Bytes, Ints, Numbers, where
from slakit.columns.meanings import Meanings
from slakit.events.kinds import EventKind, Role
from slakit.machine.facts import BITS, SHIFT, pack
from slakit.machine.program import Program

_RARE_FROM = SHIFT["waiting"]
_RARE_BITS = BITS - _RARE_FROM
"""The facts from this bit on are rare."""
CATEGORY, WANTED, REPLIED, BEFORE = 0b111, 3, 4, 5
"""A level, one byte: the category after an event (a mask of bits), whether something was wanted and replied before it (bits 3 and 4), and from bit 5 on the category before it."""
_CHUNK = 1 << 14
"""Events whose numbers are looked up at a time, for every clock while they are near the processor."""
LEVEL_FROM = 8
ORDINARY = 1 << (LEVEL_FROM + 8)
"""Numbers below are a sign and, from bit 8 on, a level; further ones are given to situations with rare facts or texts as they come."""
UNKNOWN = 255
"""The mask of a situation that has not been met: seven conditions never fill eight bits."""
_ROLES = len(Role)
_LEVEL_FACTS = np.array(
    [
        pack(after=level & CATEGORY, wanted=bool(level >> WANTED & 1), replied=bool(level >> REPLIED & 1), before=level >> BEFORE)
        for level in range(256)
    ],
    np.int32,
)


def signs(kind: Bytes, role: Bytes, public: NDArray[np.bool_]) -> Bytes:
    """What kind, role and visibility say, as one byte an event."""
    twice = kind + kind
    sign = twice + twice  # five times, once for each role; additions of bytes take a fifth of the time of a multiplication
    sign += kind
    sign += role
    sign += sign
    sign |= public.view(np.uint8)
    return sign


@lru_cache(maxsize=8)
def _sign_facts(responders: frozenset[Role]) -> NDArray[np.int32]:
    """The packed facts that a sign settles, where the public messages of some roles are replies.

    Kept, since it is the same for every log, and working it out costs as much as judging ten thousand events.
    """
    facts = np.zeros(1 << LEVEL_FROM, np.int32)
    for kind, role, public in product(EventKind, Role, (False, True)):
        reply = kind is EventKind.MESSAGE and public and role in responders
        facts[(kind * _ROLES + role) * 2 + public] = pack(kind=kind, role=role, public=public, reply=reply)
    return facts


def _unknown(situations: int, clocks: int) -> Bytes:
    """The masks of situations not met so far, one row each, as wide as numpy copies fastest."""
    return np.full((situations, 1 << (clocks - 1).bit_length()), UNKNOWN, np.uint8)


class SymbolTable:
    """Numbers the distinct situations of a log and keeps what each means to every clock.

    Attributes:
        program: the clocks.
        meanings: what the situations mean to each clock.
        causes: the texts of causes, by which cycles end, and their numbers; 0 stands for none.
    """

    def __init__(self, program: Program) -> None:
        """A table that knows no situation yet."""
        self.program = program
        self.meanings = [Meanings(ORDINARY) for _ in program.metrics]
        self._masks = _unknown(ORDINARY, len(program.metrics))
        self.causes: dict[str, int] = {"": 0}
        self._sign_facts = _sign_facts(frozenset(program.responders))
        # every combination of rare facts with every sign and level would make a table of millions, so the few that occur are numbered anew
        self._base = np.zeros(0, np.intp)
        self._bases = 0
        self._by_rare = np.zeros(0, np.intp)
        self._further: dict[tuple[Any, ...], int] = {}
        self._texts_of: dict[str, tuple[NDArray[np.int32], tuple[Any, ...]]] = {}

    def numbers(self, block: Block, sign: Bytes, level: Bytes, rare: Ints, rare_facts: NDArray[np.int32]) -> Numbers:
        """The number of each event's situation.

        Args:
            block: the events.
            sign: what `signs` says of each.
            level: the level of each.
            rare: indices of the events that have rare facts as well.
            rare_facts: these facts, packed.
        """
        key = level.astype(np.uint16)
        key <<= np.uint16(LEVEL_FROM)
        key |= sign
        numbers = key.astype(np.int32)
        if self.program.text_keys:
            code = self._facts(numbers)
            code[rare] |= rare_facts
            return self._numbers_with_texts(block, code)
        if len(rare):
            numbers[rare] = self._with_rare(numbers[rare], rare_facts >> _RARE_FROM)
        return numbers

    def masks(self, numbers: Numbers) -> Bytes:
        """The conditions that every event meets for every clock: uint8[clocks, events + 1]; the last, behind them, meets nothing.

        Args:
            numbers: the situation of each event.
        """
        masks = np.zeros((len(self.meanings), len(numbers) + 1), np.uint8)
        for begin in range(0, len(numbers), _CHUNK):
            chunk = numbers[begin : begin + _CHUNK].astype(np.intp)
            found = self._masks.take(chunk, axis=0, mode="clip")
            if found.max(initial=0) == UNKNOWN:
                new = where(np.bincount(chunk[found[:, 0] == UNKNOWN]) != 0)
                self._learn(new, self._facts(new))
                found = self._masks.take(chunk, axis=0, mode="clip")
            masks[:, begin : begin + len(chunk)] = found.T[: len(masks)]
        return masks

    def _learn(self, numbers: Ints, codes: NDArray[np.int32], texts: tuple[Any, ...] = ()) -> None:
        """Note what some situations mean to every clock."""
        rows = [self.program.symbols(code, texts) for code in codes.tolist()]
        more = int(numbers.max()) + 1 - len(self._masks)
        if more > 0:
            self._masks = np.append(self._masks, _unknown(more + len(self._masks) // 8, len(self.meanings)), axis=0)
        self._masks[numbers] = 0
        for clock, (meanings, symbols) in enumerate(zip(self.meanings, zip(*rows, strict=True), strict=True)):
            self._masks[numbers, clock] = [symbol.mask for symbol in symbols]
            causes = [self.causes.setdefault(symbol.cause, len(self.causes)) for symbol in symbols]
            meanings.learn(numbers, symbols, causes)

    def _number(self, code: int, texts: tuple[Any, ...] = ()) -> int:
        """The number, from `ORDINARY` on, of some facts and texts."""
        key = (code, texts)
        number = self._further.get(key)
        if number is None:
            number = self._further[key] = ORDINARY + len(self._further)
            self._learn(np.array([number]), np.array([code], np.int32), texts)
        return number

    def _facts(self, number: Numbers) -> NDArray[np.int32]:
        """The packed facts of ordinary situations."""
        return self._sign_facts.take(number & ((1 << LEVEL_FROM) - 1)) | _LEVEL_FACTS.take(number >> LEVEL_FROM)

    def _with_rare(self, ordinary: Numbers, rare_facts: NDArray[np.int32]) -> NDArray[np.intp]:
        """The numbers of situations by what is not rare in them and the rare facts (from bit 0 on)."""
        if not len(self._base):
            self._base = np.zeros(ORDINARY, np.intp)
        base = self._base.take(ordinary)
        if not base.all():
            new = np.unique(ordinary[base == 0])
            self._base[new] = np.arange(self._bases + 1, self._bases + len(new) + 1)
            self._bases += len(new)
            self._by_rare = np.append(self._by_rare, np.zeros(((self._bases + 1) << _RARE_BITS) - len(self._by_rare), np.intp))
            base = self._base.take(ordinary)
        situation = (base << _RARE_BITS) | rare_facts
        numbers = self._by_rare.take(situation)
        if not numbers.all():
            unknown = where(numbers == 0)
            new, found = np.unique(situation[unknown], return_index=True)
            codes = self._facts(ordinary[unknown[found]]) | (new & ((1 << _RARE_BITS) - 1)) << _RARE_FROM
            self._by_rare[new] = [self._number(code) for code in codes.tolist()]
            numbers = self._by_rare.take(situation)
        return numbers

    def _numbers_with_texts(self, block: Block, code: NDArray[np.int32]) -> Numbers:
        """As `numbers`, where conditions ask for texts: the situation is the facts and the text of every key."""
        combined, levels = code.astype(np.int64), []
        for key in self.program.text_keys:
            codes, texts_told_apart = self._texts(block, key)
            distinct, combined = np.unique(combined, return_inverse=True)
            levels.append((distinct, texts_told_apart))
            combined = combined * len(texts_told_apart) + codes
        final, inverse = np.unique(combined, return_inverse=True)
        numbers = np.empty(len(final), np.intp)
        for row, given in enumerate(final.tolist()):
            texts: list[Any] = []
            left = given
            for distinct, names in reversed(levels):
                left, which = divmod(left, len(names))
                texts.insert(0, names[which])
                left = int(distinct[left])
            numbers[row] = self._number(left, tuple(texts))
        return numbers[inverse]

    def _texts(self, block: Block, key: str) -> tuple[NDArray[np.int32], tuple[Any, ...]]:
        """The values of a key as the clocks tell them apart: codes of the block's events, and what they stand for."""
        codes, names = block.coded(key)
        kept = self._texts_of.get(key)
        if kept is None:
            numbers: dict[Any, int] = {None: 0}
            texts = [self.program.text(key, name) for name in (*names, None)]
            recode = np.array([numbers.setdefault(text, len(numbers)) for text in texts], np.int32)
            kept = self._texts_of[key] = recode, tuple(numbers)
        recode, told_apart = kept
        return recode[codes], told_apart
