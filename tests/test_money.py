"""Money: exact, of one currency, rounded only when told."""

import pickle
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit.errors import MoneyError
from slakit.money import ROUNDINGS, Money, share_out, whole


def code_of(make) -> str:
    """The code of the error that a call raises."""
    with pytest.raises(MoneyError) as error:
        make()
    return error.value.code


def test_amounts_are_decimals():
    """Int, Decimal and text are exact; grouping marks are read."""
    assert Money(50_000, "IRR").amount == Decimal(50_000)
    assert Money("12.50", "EUR") == Money(Decimal("12.5"), "EUR")
    assert Money("1,234,567", "IRR") == Money(1_234_567, "IRR")
    assert hash(Money("1.0", "EUR")) == hash(Money(1, "EUR"))


@pytest.mark.parametrize(
    ("amount", "code"),
    [(0.1, "float_amount"), (1.0, "float_amount"), (True, "bad_amount"), (None, "bad_amount"), ("ten", "bad_amount"), ("", "bad_amount"),
     (Decimal("NaN"), "bad_amount"), ("Infinity", "bad_amount")],
)  # fmt: skip
def test_what_is_no_exact_amount_is_refused(amount, code):
    """A float has digits that nobody wrote; a truth value and text without a number are no amounts."""
    assert code_of(lambda: Money(amount, "EUR")) == code


@pytest.mark.parametrize("currency", ["irr", "€", "", None, "EU", 364])
def test_what_is_no_currency_is_refused(currency):
    """A currency is a code in capital letters."""
    assert code_of(lambda: Money(1, currency)) == "bad_currency"


def test_a_toman_is_ten_rials():
    """Both are used side by side and never mix by accident."""
    assert Money(5_000, "toman").to("rial") == Money(50_000, "IRR")
    assert Money(50_005, "ریال").to("تومان") == Money("5000.5", "IRT")
    assert Money(7, "EUR").to("EUR") == Money(7, "EUR")
    assert code_of(lambda: Money(1, "IRT") + Money(1, "IRR")) == "mixed_currencies"
    assert code_of(lambda: Money(1, "EUR").to("USD")) == "no_exchange_rate"


def test_arithmetic_keeps_every_digit():
    """Thirty digits survive, where the default decimal context keeps 28."""
    large = Money("123456789012345678901234567890.01", "EUR")
    assert (large + Money("0.01", "EUR")).amount == Decimal("123456789012345678901234567890.02")
    assert (large * 3).amount == Decimal("370370367037037036703703703670.03")
    assert sum([Money(1, "EUR"), Money(2, "EUR")]) == Money(3, "EUR")
    assert Money(5, "EUR") - Money(7, "EUR") == -Money(2, "EUR") == Money(-2, "EUR")
    assert Money(10, "EUR") * Fraction(1, 8) == Money("1.25", "EUR")
    assert Decimal("0.1") * Money(10, "EUR") == Money(1, "EUR")
    assert str((-Money(0, "EUR")).amount) == "0"


def test_arithmetic_that_is_not_exact_is_refused():
    """A third has no decimal end, a float no meaning, two moneys no product."""
    assert code_of(lambda: Money(1, "EUR") * Fraction(1, 3)) == "inexact_amount"
    assert code_of(lambda: Money(1, "EUR") * 0.5) == "float_amount"
    for wrong in (
        lambda: Money(1, "EUR") * Money(1, "EUR"),
        lambda: Money(1, "EUR") + 1,
        lambda: Money(1, "EUR") - 1,
        lambda: 1 + Money(1, "EUR"),
    ):
        with pytest.raises(TypeError):
            wrong()


def test_moneys_of_one_currency_are_ordered():
    """Comparing across currencies, or with a number, is an error and not an answer."""
    assert Money(1, "EUR") < Money(2, "EUR") <= Money("2.0", "EUR")
    assert Money(3, "EUR") > Money(2, "EUR") >= Money(2, "EUR")
    assert Money(1, "EUR") != Money(1, "USD")
    assert code_of(lambda: Money(1, "EUR") < Money(1, "USD")) == "mixed_currencies"
    assert code_of(lambda: Money(1, "EUR") < 1) == "bad_money"
    assert (bool(Money(0, "EUR")), bool(Money("0.01", "EUR"))) == (False, True)


def test_rial_rounding():
    """penalty/rial_rounding: halves away from zero, or to the even rial."""
    amounts = [Money(text, "IRR") for text in ("332.5", "333.5", "-332.5")]
    assert [money.rounded().amount for money in amounts] == [333, 334, -333]
    assert [money.rounded(mode="half_even").amount for money in amounts] == [332, 334, -332]


def test_round_to_thousand_rial():
    """penalty/round_to_thousand_rial: 1,234,567 is 1,235,000 to the nearest thousand, 1,234,000 downwards."""
    money = Money(1_234_567, "IRR")
    assert money.rounded(1000) == Money(1_235_000, "IRR")
    assert money.rounded(1000, "down") == Money(1_234_000, "IRR")


def test_currencies_have_a_smallest_amount():
    """1 rial, 1 toman, a cent, a thousandth of a dinar."""
    third = Fraction(1000, 3)
    shown = [str(Money.of(third, currency)) for currency in ("IRR", "IRT", "EUR", "KWD")]
    assert shown == ["333 IRR", "333 IRT", "333.33 EUR", "333.333 KWD"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("half_up", [1, 2, 3, -1, -2, -3]),
        ("half_even", [0, 2, 2, 0, -2, -2]),
        ("half_down", [0, 1, 2, 0, -1, -2]),
        ("up", [1, 2, 3, -1, -2, -3]),
        ("down", [0, 1, 2, 0, -1, -2]),
        ("ceiling", [1, 2, 3, 0, -1, -2]),
        ("floor", [0, 1, 2, -1, -2, -3]),
    ],
)
def test_every_mode_at_the_halves(mode, expected):
    """0.5, 1.5, 2.5 and their negatives, worked by hand."""
    halves = [Fraction(1, 2), Fraction(3, 2), Fraction(5, 2), Fraction(-1, 2), Fraction(-3, 2), Fraction(-5, 2)]
    assert [whole(half, mode) for half in halves] == expected


@given(st.fractions(-(10**15), 10**15), st.sampled_from(ROUNDINGS))
def test_rounding_is_decimals_rounding(exact, mode):
    """Where the fraction has a decimal end, the decimal module rounds it to the same integer."""
    shortened = Fraction(int(exact * 1000), 1000)
    theirs = (Decimal(shortened.numerator) / Decimal(shortened.denominator)).quantize(Decimal(1), rounding=f"ROUND_{mode.upper()}")
    assert whole(shortened, mode) == int(theirs)


def test_unknown_modes_and_quanta_are_refused():
    """A mode is named, a quantum is positive and exact."""
    assert code_of(lambda: whole(Fraction(1), "bankers")) == "unknown_rounding"
    assert code_of(lambda: Money(1, "EUR").rounded(0)) == "bad_quantum"
    assert code_of(lambda: Money(1, "EUR").rounded(0.01)) == "float_amount"


def test_text_reads_back():
    """The text form parses, also in Persian digits; the repr evaluates."""
    money = Money(625_000, "IRR")
    assert str(money) == "625,000 IRR"
    assert Money.parse(str(money)) == Money.parse("۶۲۵٬۰۰۰ ریال") == money
    assert Money.parse("-12.50 EUR") == Money("-12.5", "EUR")
    assert (money.text(), money.text("fa"), Money("1.5", "EUR").text("fa")) == ("625,000 IRR", "۶۲۵٬۰۰۰ ریال", "۱٫۵ EUR")
    assert (-money).text("fa") == "\u200e−۶۲۵٬۰۰۰ ریال"
    assert Money.parse((-money).text("fa")) == -money
    assert repr(money) == "Money(625000, 'IRR')"
    assert repr(Money("1.50", "EUR")) == "Money('1.50', 'EUR')"
    assert code_of(lambda: Money.parse("12")) == "bad_money"
    assert code_of(lambda: money.text("de")) == "unknown_language"


def test_money_travels():
    """It pickles, and zero is zero."""
    assert pickle.loads(pickle.dumps(Money("1.5", "EUR"))) == Money("1.5", "EUR")
    assert Money.zero("EUR") == Money(0, "EUR")


def test_shares_by_largest_remainder():
    """1,000,000 over three equal parts: the odd rial goes to the earliest; a fitting sum is proportional."""
    assert share_out(1_000_000, [1_000_000] * 3) == [333_334, 333_333, 333_333]
    assert share_out(1_000_000, [600_000, 300_000, 300_000]) == [500_000, 250_000, 250_000]
    assert share_out(10, [0, 0, 0]) == [4, 3, 3]
    assert share_out(0, []) == []


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_shares_sum_to_the_whole_and_stay_within_one_of_their_due(total, weights):
    """No quantum is lost or made, and each share is its exact due rounded down or up."""
    shares = share_out(total, weights)
    assert sum(shares) == total
    if sum(weights):
        assert all(abs(share - Fraction(total * weight, sum(weights))) < 1 for share, weight in zip(shares, weights, strict=True))
