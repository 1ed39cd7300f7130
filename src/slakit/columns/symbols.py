"""The look-up from what is known of an event to the number of its situation, and to what that means to every clock."""

from collections.abc import Collection
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slakit.columns.block import Block, Ints, Numbers
from slakit.events.kinds import EventKind, Role
from slakit.machine.facts import BITS, SHIFT, pack
from slakit.machine.metric import Anchor, Symbol
from slakit.machine.program import Program


class Signs:
    """What kind, role and visibility alone say of an event, looked up at ``kind | role << 5 | private << 8``.

    Attributes:
        code: int32[512], the packed facts that they settle.
        flags: uint8[512], bits of `CUSTOMER`, `REPLY`, `OPENS`, `STATUS`, `ASSIGNS` and `GOES`.
    """

    CUSTOMER, REPLY, OPENS, STATUS, ASSIGNS, GOES = 1, 2, 4, 8, 16, 32

    def __init__(self, responders: Collection[Role]) -> None:
        """Work the table out for the roles whose public messages are replies."""
        self.code = np.zeros(1 << SIGN_BITS, np.int32)
        self.flags = np.zeros(1 << SIGN_BITS, np.uint8)
        for kind, role, public in product(EventKind, Role, (False, True)):
            message = kind is EventKind.MESSAGE and public
            reply = message and role in responders
            opens = kind is EventKind.CREATED and role is not Role.AGENT
            sign = kind | role << 5 | (not public) << 8
            self.code[sign] = pack(kind=kind, role=role, public=public, reply=reply)
            self.flags[sign] = (
                self.CUSTOMER * (message and role is Role.CUSTOMER) | self.REPLY * reply | self.OPENS * opens
                | self.STATUS * (kind is EventKind.STATUS) | self.ASSIGNS * (kind is EventKind.ASSIGNED)
                | self.GOES * (kind in _GOES)
            )  # fmt: skip


@lru_cache(maxsize=8)
def _signs(responders: frozenset[Role]) -> Signs:
    """The table is the same for every log, and working it out costs as much as judging ten thousand events."""
    return Signs(responders)


_GOES = (EventKind.MERGED, EventKind.SPAM, EventKind.DELETED)
SIGN_BITS = 9
_RARE_FROM = SHIFT["waiting"]
_RARE_BITS = BITS - _RARE_FROM
"""The facts from this bit on are rare."""
CATEGORY, WANTED, REPLIED, BEFORE = 0b111, 0b1000, 0b10000, 5
"""A level: what holds after an event, as bits of one byte, and from bit 5 on the category before it."""
_LEVEL_FACTS = np.array(
    [
        pack(after=level & CATEGORY, wanted=bool(level & WANTED), replied=bool(level & REPLIED), before=level >> BEFORE)
        for level in range(256)
    ],
    np.int32,
)


def _unknown(keys: NDArray[np.intp], table: NDArray[np.intp]) -> Ints:
    """The distinct keys for which a table has no number yet."""
    met = np.zeros(len(table), np.bool_)
    met[keys] = True
    return np.flatnonzero(met & (table == 0))


_NO_SYMBOL = Symbol(0, Anchor.EVENT, "")


class SymbolTable:
    """Numbers the distinct situations of a log and keeps what each means to every clock.

    Attributes:
        program: the clocks.
        signs: what kind, role and visibility say.
        rows: per situation, the symbol of each clock.
        codes: per situation, its packed facts.
    """

    def __init__(self, program: Program) -> None:
        """A table that holds only the situation of no event, number 0."""
        self.program = program
        self.signs = _signs(frozenset(program.responders))
        self.rows: list[tuple[Symbol, ...]] = [(_NO_SYMBOL,) * len(program.metrics)]
        self.codes: list[int] = [0]
        self._by_key = np.zeros(1 << (SIGN_BITS + 8), np.intp)
        self._by_rare = np.zeros(0, np.intp)
        self._by_code: dict[int, int] = {}
        self._by_text: dict[tuple[Any, ...], int] = {}
        self._texts_of: dict[str, tuple[NDArray[np.int32], tuple[Any, ...]]] = {}

    def numbers(self, block: Block, key: NDArray[np.intp], rare: Ints, rare_facts: NDArray[np.int32]) -> Numbers:
        """The number of each event's situation.

        Args:
            block: the events.
            key: sign and level of each.
            rare: indices of the events that have rare facts as well.
            rare_facts: these facts, packed.
        """
        if self.program.text_keys:
            code = self._facts(key)
            code[rare] |= rare_facts
            return self._numbers_with_texts(block, code).astype(np.intp)
        numbers = self._by_key.take(key)
        if not numbers.all():
            new = _unknown(key, self._by_key)
            self._by_key[new] = [self._number(code) for code in self._facts(new).tolist()]
            numbers = self._by_key.take(key)
        if len(rare):
            numbers[rare] = self._with_rare((numbers[rare] << _RARE_BITS) | (rare_facts >> _RARE_FROM))
        return numbers

    def _facts(self, key: NDArray[np.intp]) -> NDArray[np.int32]:
        return self.signs.code.take(key & ((1 << SIGN_BITS) - 1)) | _LEVEL_FACTS.take(key >> SIGN_BITS)

    def _with_rare(self, situation: NDArray[np.intp]) -> NDArray[np.intp]:
        """The numbers of situations by the number of what is not rare in them and, in the lowest bits, the rare facts."""
        grown = len(self.rows) << _RARE_BITS
        if len(self._by_rare) < grown:
            self._by_rare = np.append(self._by_rare, np.zeros(grown - len(self._by_rare), np.intp))
        numbers = self._by_rare.take(situation)
        if not numbers.all():
            for new in _unknown(situation, self._by_rare).tolist():
                facts = new & ((1 << _RARE_BITS) - 1)
                self._by_rare[new] = self._number(self.codes[new >> _RARE_BITS] | facts << _RARE_FROM)
            numbers = self._by_rare.take(situation)
        return numbers

    def _number(self, code: int) -> int:
        if code not in self._by_code:
            self._by_code[code] = len(self.rows)
            self._add(code, self.program.symbols(code))
        return self._by_code[code]

    def _add(self, code: int, symbols: tuple[Symbol, ...]) -> None:
        self.codes.append(code)
        self.rows.append(symbols)

    def _numbers_with_texts(self, block: Block, code: NDArray[np.int32]) -> Numbers:
        """As `numbers`, where conditions ask for texts: the situation is the facts and the text of every key."""
        combined, levels = code.astype(np.int64), []
        for key in self.program.text_keys:
            codes, texts_told_apart = self._texts(block, key)
            distinct, combined = np.unique(combined, return_inverse=True)
            levels.append((distinct, texts_told_apart))
            combined = combined * len(texts_told_apart) + codes
        final, inverse = np.unique(combined, return_inverse=True)
        numbers = np.empty(len(final), np.uint32)
        for row, given in enumerate(final.tolist()):
            texts: list[Any] = []
            left = given
            for distinct, names in reversed(levels):
                left, which = divmod(left, len(names))
                texts.insert(0, names[which])
                left = int(distinct[left])
            spoken = tuple(texts)
            if (left, spoken) not in self._by_text:
                self._by_text[left, spoken] = len(self.rows)
                self._add(left, self.program.symbols(left, spoken))
            numbers[row] = self._by_text[left, spoken]
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
