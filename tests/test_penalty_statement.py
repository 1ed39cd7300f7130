"""Statements, explanations and rules in Persian, and the phrases of lines that they read back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit import Money, Penalty
from slakit.errors import QueryError
from slakit.language import Language
from slakit.penalty import Breach, Ledger, Outcome, assess, assess_periods
from slakit.penalty.phrases import ATTAINED, BREACHES, GIVEN_BACK, INSTEAD, UNITS, note_said, rate_said
from tests.charging_cases import DAY, MARCH, MONTHS, RULES, big, growing, looked_at, outcomes_of, rial
from tests.profiles import examples
from tests.strategies_penalties import FEES, breaches, rules

FA = Language("fa")
MINUTE = 60_000_000
LATIN = re.compile(r"[A-Za-z]+|[0-9]")


def foreign(text, *names):
    """The Latin words and digits of a text that are no given name, currency or zone."""
    for name in names:
        text = text.replace(name, "")
    return set(LATIN.findall(text)) - {"IRR", "EUR", "UTC"}


def test_a_statement_in_persian():
    """An hour from 31 March 23:00 UTC (11 Farvardin 1405): 60 x 10 = 600, capped at 550, and 0.1 % of 1,234 rials; 551 in March."""
    lines = big().statement(by="customer", language="fa").split("\n")
    assert lines[0] == "صورت‌حساب جریمه‌ها تا ۱۱ خرداد ۱۴۰۵ ساعت ۰۰:۰۰ UTC"
    assert lines[2] == "۲۰۲۶-۰۳، مشتری ACME"
    assert lines[3].split() == ["تیکت", "شاخص", "دیرکرد", "حساب‌شده", "واحد", "نرخ", "مبلغ"]
    assert [re.split(r" {2,}", line.strip()) for line in lines[4:7]] == [
        ["T-1", "حل ۱ (باز)", "۱ ساعت", "۱ ساعت", "۶۰", "۱۰ ریال برای هر دقیقه", "۶۰۰ ریال"],
        ["T-1", "سقف دوره: تا سقف هر دوره پایین آمد", "\u200e−۵۰ ریال"],
        ["T-1", "حل ۱ (باز)", "۱ ساعت", "۱ ساعت", "۱", "۰٫۱٪ از حق‌الزحمه برای هر ساعت", "۱ ریال"],
    ]
    assert lines[7] == "  جمع: ۵۵۱ ریال"
    assert lines[lines.index("قواعد") - 2] == "جمع کل: ۱٬۱۰۲ ریال"
    assert lines[-1] == (
        "- share:\u200f ۰٫۱٪ از حق‌الزحمه برای هر ساعت دیرکرد. دیرکرد با زمان کاری هدف شمرده می‌شود. "
        "جمع به کوچک‌ترین واحد پول گرد می‌شود (نیم به بالا)."
    )
    assert foreign("\n".join(lines), "ACME", "<b>Umbrella</b>", "T-1", "T-2", "share") == set()


def test_an_explanation_in_persian():
    """Breach, events, rule and arithmetic; a ticket that is not charged; nothing at all."""
    told = big().explain("T-1", language="fa").split("\n")
    assert told[:5] == [
        "۲۰۲۶-۰۳: تیکت T-1، حل ۱",
        "  نقض در ۱۱ فروردین ۱۴۰۵ ساعت ۲۳:۰۰ UTC، در ۱۲ فروردین ۱۴۰۵ ساعت ۰۰:۰۰ UTC هنوز باز، رویدادهای e1",
        (
            "  حل: ۱۰ ریال برای هر دقیقه دیرکرد. دیرکرد با زمان کاری هدف شمرده می‌شود. حداکثر ۵۵۰ ریال برای هر دوره، به نسبت تقسیم می‌شود. "
            "هر مبلغ به کوچک‌ترین واحد پول گرد می‌شود (نیم به بالا)."
        ),
        "    دیرکرد ۱ ساعت، از آن ۱ ساعت حساب‌شده: ۶۰ × ۱۰ ریال برای هر دقیقه = ۶۰۰ ریال",
        "    سقف دوره: \u200e−۵۰ ریال، تا سقف هر دوره پایین آمد",
    ]
    assert "    دیرکرد ۱ ساعت، از آن ۱ ساعت حساب‌شده: ۱ × ۰٫۱٪ از حق‌الزحمه برای هر ساعت، دقیقاً ۱٫۲۳۴، گردشده = ۱ ریال" in told
    assert told[-1] == "  روی هم ۱٬۰۹۳ ریال"
    assert big().explain("T-0", language="fa") == "تیکت T-0 جریمه‌ای ندارد"
    assert Ledger((), {}).explain(language="fa") == "چیزی حساب نشده است"
    assert Ledger((), {}).statement(language="fa").split("\n")[-3:] == ["جمع کل: هیچ", "", "قواعد"]


def test_the_policy_a_part_and_the_period_in_persian():
    """A policy with its version, units of tiers, and a charge of the period as a whole."""
    one = Breach("T-1", policy="gold", policy_version="7", overrun_us=90 * MINUTE, breached_us=0, ended_us=90 * MINUTE)
    tiers = assess([one], {"gold": [Penalty("resolution", tiers=[("60m", rial(20)), (None, rial(30))])]})
    told = tiers.explain(language="fa")
    assert "تیکت T-1، حل ۱، توافق‌نامه gold (7)" in told
    assert "پایان در ۱۱ دی ۱۳۴۸ ساعت ۰۱:۳۰ UTC" in told
    assert "دیرکرد ۱ ساعت و ۳۰ دقیقه، از آن ۱ ساعت و ۳۰ دقیقه حساب‌شده: ۶۰ × ۲۰ ریال + ۳۰ × ۳۰ ریال برای هر دقیقه = ۲٬۱۰۰ ریال" in told
    month = assess([], Penalty("resolution", counts=[(1, None, rial(5))]), outcomes=outcomes_of(MARCH, 1, 2))
    assert "حل، همه دوره" in month.explain(language="fa")
    assert "۵ ریال برای هر دوره = ۵ ریال (۲ نقض)" in month.explain(language="fa")
    assert month.statement(by="team", language="fa").split("\n")[2] == "بدون تیم"


def test_a_statement_as_html_in_persian():
    """From right to left as a whole, figures at the left; nothing decides its direction by its first letter."""
    html = big().statement_html(by="customer", language="fa")
    assert html.startswith('<section lang="fa" dir="rtl"')
    assert html.count('dir="auto"') == 1  # the caller's title
    assert '<h3 dir="auto">صورت‌حساب جریمه‌ها</h3>' in html
    assert 'text-align:left">مبلغ</th>' in html
    assert 'text-align:right">تیکت</th>' in html
    assert "&lt;b&gt;Umbrella&lt;/b&gt;" in html
    assert "Acme" in big().statement_html(title="Acme", language="fa")


@pytest.mark.parametrize("number", range(len(RULES)))
def test_every_rule_speaks_persian(number):
    """No English word and no Latin digit but names and currencies; the English text stays what `wording` says."""
    rule = RULES[number]
    assert foreign(rule.text("fa"), "delay", "high", "urgent") == set()
    assert rule.text() == rule.wording


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "۵ دقیقه نخست دیرکرد پس از گذشتن، آن هم حساب می‌شود. دقیقه آغازشده کامل حساب می‌شود. حداکثر ۱٬۰۰۰٬۰۰۰ ریال برای هر چرخه."),
        (1, "۱ EUR از ۱۰ دی ۱۴۰۴ ساعت ۲۰:۳۰ UTC، ۲ EUR از ۹ تیر ۱۴۰۵ ساعت ۲۰:۳۰ UTC برای هر بازه ۱۵ دقیقه دیرکرد"),
        (2, "۱/۳ از حق‌الزحمه برای هر نقض حل"),
        (3, "تا ۱ ساعت: ۱ ریال برای هر دقیقه؛ بیش از ۱ ساعت: ۲ ریال برای هر دقیقه؛ همه دیرکرد با پله‌ای که به آن می‌رسد."),
        (4, "۲۵٪ از حق‌الزحمه برای تحقق کمتر از ۹۵٪ در دوره؛ ۱۰٪ از حق‌الزحمه برای تحقق از ۹۵٪ تا کمتر از ۹۹٫۵٪ در دوره."),
        (5, "۵۰٪ از جریمه هر دوره برگردانده می‌شود، اگر تحقق هر یک از ۲ دوره بعد دست‌کم ۹۹٪ باشد."),
        (6, "برای تیکتی است که در آن اولویت برابر «high» یا «urgent» است."),
        (7, "به نزدیک‌ترین دقیقه گرد می‌شود، روی همه چرخه‌ها با هم."),
        (8, "۲ برابر، اگر یکی از ۳ دوره پیش هم جریمه داشت."),
        (9, "۵ ریال برای تحقق ۰٪ و بیشتر در دوره."),
    ],
)  # fmt: skip
def test_what_the_wording_says_in_persian(number, said):
    """Each option of a rule has its words; 1 January 2026 in Tehran begins on 10 Dey 1404 20:30 UTC."""
    assert said in RULES[number].text("fa")


NOTES = (
    (INSTEAD.text(metric="first_response"), "به جای آن پاسخ اول حساب می‌شود"),
    (UNITS.text(units="1 1/60"), "۱ و ۱/۶۰ واحد"),
    (ATTAINED.text(share="97.5%", units=40), "تحقق ۹۷٫۵٪، ۴۰ مورد داوری‌شده"),
    (BREACHES.text(units=3), "۳ نقض"),
    (GIVEN_BACK.text(share="50%", units=2), "۵۰٪ از آنچه ۲ دوره پیش حساب شد"),
    ("told by phone", "told by phone"),
    ("", ""),
)
RATES = (
    ("50,000 IRR a minute", "۵۰٬۰۰۰ ریال برای هر دقیقه"),
    ("0.1% of the fee a breach", "۰٫۱٪ از حق‌الزحمه برای هر نقض"),
    ("1/3 of the fee a period", "۱/۳ از حق‌الزحمه برای هر دوره"),
    ("60 x 20 IRR + 1 1/2 x 30 IRR a 90s unit", "۶۰ × ۲۰ ریال + ۱ و ۱/۲ × ۳۰ ریال برای هر بازه ۱ دقیقه و ۳۰ ثانیه"),
    ("5 apples a fortnight", "5 apples برای هر fortnight"),
    ("5 IRR a long unit", "۵ ریال برای هر بازه long"),
    ("by agreement", "by agreement"),
    ("", ""),
)


@pytest.mark.parametrize(("text", "said"), NOTES)
def test_notes_are_read_back(text, said):
    """What a template wrote is said in Persian, other text stays; in English all stays."""
    assert note_said(text, FA) == said
    assert note_said(text, Language("en")) == text


@pytest.mark.parametrize(("text", "said"), RATES)
def test_rates_are_read_back(text, said):
    """Amounts, shares, parts and units; other text stays."""
    assert rate_said(text, FA) == said
    assert rate_said(text, Language("en")) == text


@examples(200)
@given(breaches(min_size=1), st.lists(rules(), min_size=1, max_size=3))
def test_no_statement_in_persian_speaks_english(found, given_rules):
    """Whatever the rules and the breaches: no English word in a statement or an explanation, also after a way through JSON."""
    ledger = Ledger.from_json(assess(found, given_rules, fees=FEES).to_json())
    for text in (ledger.statement(by="customer", language="fa"), ledger.explain(language="fa")):
        assert {word for word in foreign(text) if not word.isdigit()} == set()  # tickets and customers are numbers


def test_periods_of_every_kind_in_persian():
    """Attainment, repetition, earn-back and started units over all cycles: every kind of line over three months."""
    late = [growing(f"T-{number}", month.start_us + DAY, month.start_us + 2 * DAY) for number, month in enumerate(MONTHS)]
    late.append(growing("T-0", MARCH.start_us + 3 * DAY, MARCH.start_us + 4 * DAY, ordinal=2))
    rules_given = [
        Penalty("resolution", attainment=[(None, "99%", rial(1000))], repeat=2, earn_back="50%", earn_back_at="10%"),
        Penalty("resolution", rate=rial(7), per="7s", partial="ceil", partial_on="sum", cap_per_period=rial(1000)),
        Penalty("resolution", rate=Money("0.5", "IRR"), minimum=rial(8 * 10**4), cap_per_ticket=rial(85_000), round_on="total"),
    ]  # fmt: skip
    outcomes = [Outcome(f"{month.label}-{n}", "resolution", "", month.start_us + n, n < 3) for month in MONTHS for n in range(4)]
    ledger = assess_periods(looked_at(*late, outcomes=outcomes), rules_given, periods=MONTHS, as_of=MONTHS[-1].end_us)
    kinds = {line.kind for line in ledger}
    assert {"charge", "attainment", "repeat", "earn_back", "partial", "minimum", "cap_ticket", "cap_period"} <= kinds
    for text in (ledger.statement(language="fa"), ledger.explain(language="fa")):
        assert foreign(text, "T-0", "T-1", "T-2") == set()


def test_another_language_is_refused():
    """Statements, explanations and rules know English and Persian."""
    asks = (big().statement, big().statement_html, big().explain, RULES[0].text)
    for ask in asks:
        with pytest.raises(QueryError, match="known: en, fa") as caught:
            ask(language="de")
        assert caught.value.code == "unknown_language"
