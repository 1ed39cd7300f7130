"""Numbers, dates, names and conditions as people say them, in English and Persian."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit.errors import QueryError
from slakit.events.conditions import Conditions
from slakit.language import Language
from tests.profiles import examples

EN, FA = Language("en"), Language("fa")

CONDITIONS = (
    ({"tier": "gold"}, "tier برابر «gold» است"),
    ({"category": ["network", "billing"]}, "دسته برابر «billing» یا «network» است"),
    ({"seats": 1200}, "seats برابر ۱٬۲۰۰ است"),
    ({"seats": {"min": 10}}, "seats دست‌کم ۱۰ است"),
    ({"seats": {"min": 10, "max": 50}}, "seats دست‌کم ۱۰ و حداکثر ۵۰ است"),
    ({"load": {"gt": -2.5, "lt": Decimal("0.75")}}, "load بیشتر از \u200e−۲٫۵ و کمتر از ۰٫۷۵ است"),
    ({"since": {"ge": date(2026, 3, 21)}}, "since از ۱ فروردین ۱۴۰۵ به بعد است"),
    ({"since": {"lt": datetime(2026, 3, 21, 8, 30, tzinfo=UTC)}}, "since پیش از ۱ فروردین ۱۴۰۵ ساعت ۰۸:۳۰ است"),
    ({"release": {"le": "2.4"}}, "release حداکثر «2.4» است"),
    ({"vip": True}, "vip برقرار است"),
    ({"vip": False}, "vip برقرار نیست"),
    ({"vip": {"not": True}}, "vip برقرار نیست"),
    ({"vip": {"not": False}}, "vip برقرار است"),
    ({"vip": [True, "soon"]}, "vip برابر «بله» یا «soon» است"),
    ({"customer": {"known": True}}, "مشتری معلوم است"),
    ({"customer": {"known": False}}, "مشتری معلوم نیست"),
    ({"tier": {"not": "gold"}}, "tier برابر «gold» نیست"),
    ({"tier": {"not": ["gold", "silver"]}}, "tier هیچ‌یک از «gold» و «silver» نیست"),
    ({"seats": {"not": {"min": 10}}}, "seats دست‌کم ۱۰ نیست"),
    ({"seats": {"not": {"min": 10, "max": 50}}}, "چنین نیست که (seats دست‌کم ۱۰ و حداکثر ۵۰ است)"),
    ({"tier": "gold", "seats": {"min": 10}}, "tier برابر «gold» است و seats دست‌کم ۱۰ است"),
    (
        {"team": "north", "any": [{"tier": "gold", "seats": {"min": 10}}, {"vip": True}]},
        "تیم برابر «north» است و ((tier برابر «gold» است و seats دست‌کم ۱۰ است) یا vip برقرار است)",
    ),
    ({"not": {"any": [{"tier": "gold"}, {"vip": True}]}}, "چنین نیست که (tier برابر «gold» است یا vip برقرار است)"),
)


@pytest.mark.parametrize(("when", "said"), CONDITIONS, ids=[str(Conditions.of(when)) for when, _ in CONDITIONS])
def test_conditions_in_persian(when, said):
    """Equality, sets, ranges, known, negation, any and all, each in a sentence; 21 March 2026 is 1 Farvardin 1405."""
    assert FA.conditions(Conditions.of(when)) == said


def test_conditions_in_english_are_as_policies_write_them():
    """In English the words of the conditions themselves, dates as ISO writes them; without any: always."""
    assert EN.conditions(Conditions.of({"tier": "gold", "since": {"ge": date(2026, 3, 21)}})) == "tier is 'gold' and since >= 2026-03-21"
    assert EN.conditions(Conditions.of(None)) == "always"
    assert FA.conditions(Conditions.of(None)) == "همیشه"


_plain = st.one_of(st.booleans(), st.integers(), st.sampled_from(("gold", "شمال", "10")), st.dates())
_fields = st.sampled_from(("tier", "customer", "seats", "vip"))
_parts = st.one_of(
    st.builds(lambda field, value: {field: value}, _fields, _plain),
    st.builds(lambda field, low: {field: {"min": low}}, _fields, st.integers()),
    st.builds(lambda field, known: {field: {"known": known}}, _fields, st.booleans()),
)
_trees = st.recursive(
    _parts,
    lambda inner: st.one_of(
        st.builds(lambda one: {"not": one}, inner),
        st.builds(lambda how, many: {how: many}, st.sampled_from(("any", "all")), st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)


@examples(200)
@given(_trees)
def test_every_condition_has_persian_words(when):
    """Every tree can be said: no Latin digit, no word of the English wording, each bracket closed."""
    said = FA.conditions(Conditions.of(when))
    assert not set("0123456789") & set(said.replace("«10»", ""))
    assert not {"is", "not", "and", "or", "known"} & set(said.replace("(", " ").replace(")", " ").split())
    assert said.count("(") == said.count(")")


def test_numbers_dates_and_spans():
    """Digits and signs of the language; a date that the Jalali calendar here does not reach stays Gregorian."""
    assert [language.number(1_234_567) for language in (EN, FA)] == ["1,234,567", "۱٬۲۳۴٬۵۶۷"]
    assert [language.figures("12.5%") for language in (EN, FA)] == ["12.5%", "۱۲٫۵٪"]
    assert FA.number(("a", 1)) == "('a', 1)"
    assert [language.long_date(date(2026, 3, 21)) for language in (EN, FA)] == ["21 March 2026", "۱ فروردین ۱۴۰۵"]
    assert FA.long_date(date(1850, 1, 2)) == "۱۸۵۰-۰۱-۰۲"
    assert EN.written(datetime(2026, 3, 21, 8, 30, 5, tzinfo=UTC)) == "21 March 2026 08:30:05"
    assert [language.span(1_200 * 3_600_000_000) for language in (EN, FA)] == ["1,200 h", "۱٬۲۰۰ ساعت"]


def test_names_of_ones_own_stay():
    """Names of slakit itself are translated, those of a product or a contract are not."""
    assert [FA.metric(name) for name in ("first_response", "time_in.pending", "next_response.latest", "our_clock.own_kind")] == [
        "پاسخ اول", "زمان در وضعیت (در انتظار مشتری)", "پاسخ بعدی (از آخرین پیام)", "our clock (own kind)",
    ]  # fmt: skip
    assert [EN.metric(name) for name in ("first_response", "time_in.on_hold")] == ["First response", "Time in (on hold)"]
    assert [FA.status(name) for name in ("on_hold", "Waiting supplier")] == ["در انتظار دیگران", "Waiting supplier"]
    assert [language.cause("solved_without_reply") for language in (EN, FA)] == ["solved without reply", "بدون پاسخ حل شد"]
    assert [language.field("team") for language in (EN, FA)] == ["team", "تیم"]


def test_an_unknown_language_is_refused():
    """With the known ones."""
    with pytest.raises(QueryError, match="known: en, fa") as caught:
        Language("de")
    assert caught.value.code == "unknown_language"
