"""The ledger: every charge and adjustment with its evidence, summing exactly to the total."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from slakit._tidy import Tidy
from slakit._time import utc
from slakit.errors import MoneyError, QueryError, did_you_mean
from slakit.money import Money
from slakit.penalty.line import Line
from slakit.penalty.rule import Penalty

if TYPE_CHECKING:
    from slakit._table import Table

COLUMNS = (
    "period", "kind", "ticket", "metric", "ordinal", "policy", "policy_version", "rule", "priority", "agent", "team", "overrun_us", "charged_us",
    "units", "rate", "exact", "amount", "currency", "breached_at", "ended_at", "open", "evidence", "note",
)  # fmt: skip
Rules = Mapping[str, Sequence[Penalty]]


class Ledger(Tidy):
    """Lines that sum exactly to the total.

    Attributes:
        rules: the rules of each policy.
        as_of: the instant up to which the log is known, us; None where it was not said.
    """

    __slots__ = ("_lines", "_make", "_totals", "as_of", "rules")

    def __init__(
        self,
        lines: Sequence[Line] | Callable[[], Sequence[Line]],
        rules: Rules,
        *,
        as_of: int | None = None,
        totals: Mapping[str, Money] | None = None,
    ) -> None:
        """A ledger of lines, or of a function that makes them when first asked; then ``totals`` are known beforehand."""
        self._make = lines if callable(lines) else None
        self._lines: tuple[Line, ...] | None = None if callable(lines) else tuple(lines)
        self._totals = None if totals is None else dict(totals)
        self.rules = rules
        self.as_of = as_of

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line: by period, then in order of breach, a charge before its adjustments."""
        if self._lines is None:
            self._lines = tuple(self._make()) if self._make is not None else ()
        return self._lines

    @property
    def totals(self) -> dict[str, Money]:
        """What the lines come to, by currency; nothing in the rules' currencies where that is nothing at all."""
        if self._totals is None:
            totals: dict[str, Money] = {}
            for line in self.lines:
                currency = line.amount.currency
                totals[currency] = totals[currency] + line.amount if currency in totals else line.amount
            totals = {currency: total for currency, total in totals.items() if total}
            if not totals:
                amounts = (amount for rules in self.rules.values() for rule in rules for amount in rule.amounts)
                totals = {amount.currency: Money.zero(amount.currency) for amount in amounts if isinstance(amount, Money)}
            self._totals = dict(sorted(totals.items()))
        return dict(self._totals)

    @property
    def total(self) -> Money:
        """What the lines come to.

        Raises:
            MoneyError: ``several_currencies``; ``no_currency`` for a ledger without lines whose rules name none.
        """
        totals = self.totals
        if len(totals) > 1:
            message = f"the ledger is in several currencies ({', '.join(map(str, totals.values()))}), which have no sum: use .totals"
            raise MoneyError(message, code="several_currencies", currencies=tuple(totals))
        if not totals:
            message = "the ledger has no line, and none of its rules names a currency: use .totals"
            raise MoneyError(message, code="no_currency")
        return next(iter(totals.values()))

    @property
    def exact(self) -> dict[str, Fraction]:
        """The sum of the exact amounts, before rounding, by currency."""
        sums: dict[str, Fraction] = {}
        for line in self.lines:
            if line.kind != "rounding":
                sums[line.amount.currency] = sums.get(line.amount.currency, Fraction(0)) + line.exact
        return sums

    @property
    def periods(self) -> tuple[str | None, ...]:
        """The labels of the periods that have lines, in order."""
        return tuple(dict.fromkeys(line.period for line in self.lines))

    def of(self, **wanted: Any) -> "Ledger":
        """The lines with these values of attributes or of the ticket's fields, e.g. ``of(period="1405-01", customer="ACME")``.

        Raises:
            QueryError: ``unknown_key`` for what neither a line nor any ticket has.
        """
        for key in wanted:
            self._known(key)
        kept = [line for line in self.lines if all(line.get(key) == given for key, given in wanted.items())]
        return Ledger(kept, self.rules, as_of=self.as_of)

    def _known(self, key: str) -> None:
        keys = [*(key for key in COLUMNS if key not in {"breached_at", "ended_at"}), "group"]
        if key not in keys and self.lines:
            fields = sorted({str(field) for line in self.lines for field in line.fields})
            if key not in fields:
                message = f"no line and no ticket has {key!r}: {did_you_mean(key, (*keys, *fields))}"
                raise QueryError(message, code="unknown_key", given=key)

    def by(self, *keys: str) -> "Table":
        """Totals for each combination of values, e.g. ``by("customer", "period")``: the keys, currency, lines, amount.

        Args:
            keys: attributes of the lines, or fields of the tickets.

        Raises:
            QueryError: ``unknown_key``.
        """
        from slakit._table import Table  # noqa: PLC0415 - loaded on first touch

        sums: dict[tuple[Any, ...], tuple[int, Money]] = {}
        for key in keys:
            self._known(key)
        for line in self.lines:
            place = (*(line.get(key) for key in keys), line.amount.currency)
            count, amount = sums.get(place, (0, Money.zero(line.amount.currency)))
            sums[place] = (count + 1, amount + line.amount)
        rows = sorted(sums.items(), key=lambda pair: tuple((value is None, str(value)) for value in pair[0]))
        columns: dict[str, list[Any]] = {name: [place[number] for place, _ in rows] for number, name in enumerate((*keys, "currency"))}
        columns |= {"lines": [count for _, (count, _) in rows], "amount": [amount.amount for _, (_, amount) in rows]}
        return Table(columns, title=f"penalties by {', '.join(keys)}")

    def to_dict(self) -> dict[str, list[Any]]:
        """The lines as columns: text, int, Decimal amounts, aware UTC datetimes, Fractions as text, None."""
        columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        for line in self.lines:
            for name in COLUMNS:
                columns[name].append(_cell(line, name))
        return columns

    def table(self) -> "Table":
        """The lines as a tidy table for pandas, polars, Arrow and HTML."""
        from slakit._table import Table  # noqa: PLC0415 - loaded on first touch

        return Table(self.to_dict(), title=repr(self))

    def to_json(self) -> str:
        """The whole ledger as JSON text, which `from_json` reads back without loss."""
        from slakit.penalty.written import to_json  # noqa: PLC0415 - only ledgers that travel need it

        return to_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Ledger":
        """Read what `to_json` gives."""
        from slakit.penalty.written import from_json  # noqa: PLC0415 - only ledgers that travel need it

        return from_json(text)

    def explain(self, ticket: str | int | None = None, *, language: str = "en") -> str:
        """How each amount came about, line by line; of one ticket, or of all.

        Args:
            ticket: id of the ticket; None: all.
            language: ``"en"`` or ``"fa"``.

        Raises:
            QueryError: ``unknown_language``.
        """
        from slakit.language import Language  # noqa: PLC0415 - only people read it
        from slakit.penalty.statement import explain  # noqa: PLC0415 - likewise

        return explain(self, ticket, Language(language))

    def statement(self, *, title: str | None = None, by: str | None = None, language: str = "en") -> str:
        """A statement as text: the lines by period and group, their sums, and the wording of each rule.

        Args:
            title: its heading; None: that it is a statement of penalties.
            by: a field or attribute by which it is subdivided, e.g. ``"customer"``.
            language: ``"en"`` or ``"fa"`` (with Jalali dates).

        Raises:
            QueryError: ``unknown_language``.
        """
        from slakit.language import Language  # noqa: PLC0415 - only people read it
        from slakit.penalty.statement import statement_text  # noqa: PLC0415 - likewise

        return statement_text(self, title=title, by=by, language=Language(language))

    def statement_html(self, *, title: str | None = None, by: str | None = None, language: str = "en") -> str:
        """The same statement as a fragment of HTML without scripts and network."""
        from slakit.language import Language  # noqa: PLC0415 - only people read it
        from slakit.penalty.statement import statement_html  # noqa: PLC0415 - likewise

        return statement_html(self, title=title, by=by, language=Language(language))

    def __len__(self) -> int:
        """Number of lines."""
        return len(self.lines)

    def __iter__(self) -> Iterator[Line]:
        """Every line."""
        return iter(self.lines)

    def __getitem__(self, number: int) -> Line:
        """One line."""
        return self.lines[number]

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same lines."""
        return isinstance(other, Ledger) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """A sentence: the totals, and as of when."""
        sums = ", ".join(map(str, self.totals.values())) or "nothing"
        when = "" if self.as_of is None else f" as of {utc(self.as_of):%Y-%m-%d %H:%M:%S}Z"
        return f"<Ledger: {sums}{when}>"


def _cell(line: Line, name: str) -> Any:
    if name == "amount":
        return line.amount.amount
    if name == "currency":
        return line.amount.currency
    if name in {"breached_at", "ended_at"}:
        us = line.breached_us if name == "breached_at" else line.ended_us
        return None if us is None else utc(us)
    if name in {"units", "exact"}:
        return str(getattr(line, name))
    if name == "evidence":
        return ", ".join(str(one) for one in line.evidence)
    return getattr(line, name)
