"""Conditions on fields: what holds, what is refused, and the same answer for one ticket and for many."""

import pickle
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit.errors import EventError
from slakit.events.conditions import Conditions
from tests.profiles import examples

GOLD = {"tier": "gold", "seats": 20, "vip": True}


@pytest.mark.parametrize(
    ("when", "fields", "expected"),
    [
        (None, {}, True),
        ({}, GOLD, True),
        ({"tier": "gold"}, GOLD, True),
        ({"tier": "gold"}, {"tier": "silver"}, False),
        ({"tier": "gold"}, {}, False),
        ({"tier": "gold"}, {"tier": None}, False),
        ({"tier": ["gold", "silver"]}, {"tier": "silver"}, True),
        ({"tier": {"gold", "silver"}}, {"tier": "bronze"}, False),
        ({"tier": {"in": ("gold",)}}, GOLD, True),
        ({"tier": "gold", "vip": True}, GOLD, True),
        ({"tier": "gold", "vip": False}, GOLD, False),
        ({"seats": {"min": 20, "max": 50}}, GOLD, True),
        ({"seats": {"ge": 20, "le": 20}}, GOLD, True),
        ({"seats": {"gt": 20}}, GOLD, False),
        ({"seats": {"lt": 20}}, GOLD, False),
        ({"seats": {"gt": 19.5}}, GOLD, True),
        ({"seats": {"min": 10}}, {"seats": "20"}, True),
        ({"seats": {"min": 10}}, {"seats": "9.5"}, False),
        ({"seats": {"min": 10}}, {"seats": "many"}, False),
        ({"seats": {"min": 10}}, {}, False),
        ({"since": {"min": "2026-01-01"}}, {"since": "2026-02-01"}, True),
        ({"since": {"min": "2026-01-01"}}, {"since": 5}, False),
        ({"tier": {"not": "gold"}}, GOLD, False),
        ({"tier": {"not": "gold"}}, {"tier": "silver"}, True),
        ({"tier": {"not": "gold"}}, {}, True),
        ({"tier": {"not": ["gold", "silver"]}}, {}, True),
        ({"seats": {"not": {"min": 10}}}, {}, True),
        ({"seats": {"min": 10, "not": 20}}, GOLD, False),
        ({"seats": {"min": 10, "not": 20}}, {"seats": 21}, True),
        ({"not": {"tier": "gold", "vip": True}}, GOLD, False),
        ({"not": {"tier": "gold", "vip": False}}, GOLD, True),
        ({"not": {"tier": "gold"}}, {}, True),
        ({"not": {"tier": {"not": "gold"}}}, {}, False),
        ({"tier": {"known": True}}, GOLD, True),
        ({"tier": {"known": False}}, {}, True),
        ({"any": [{"tier": "silver"}, {"vip": True}]}, GOLD, True),
        ({"any": [{"tier": "silver"}, {"vip": False}]}, GOLD, False),
        ({"all": [{"tier": "gold"}, {"vip": True}]}, GOLD, True),
        ({"tier": "gold", "any": [{"seats": 1}, {"seats": 20}]}, GOLD, True),
        ({"tier": "gold"}, {"tier": ["gold"]}, False),
    ],
)
def test_what_holds(when, fields, expected):
    """Each form of a condition on given fields; a missing field satisfies negations only (SPEC 5.3)."""
    conditions = Conditions.of(when)
    assert conditions.matches(fields) is expected
    assert Conditions.of(conditions.to_dict()) == conditions
    assert Conditions.of(conditions) is conditions
    assert bool(conditions) is bool(when)
    names = conditions.fields

    def coded(name):
        return np.array([0 if fields.get(name) is not None else -1], np.int32), [fields[name]] if fields.get(name) is not None else []

    assert conditions.over(coded, 1).tolist() == [expected]
    assert all(isinstance(name, str) for name in names)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (5, "give a mapping"),
        ({3: "gold"}, "a field's name is text"),
        ({"tier": None}, "'known': False"),
        ({"tier": []}, "no value could match"),
        ({"tier": [None]}, "only plain values"),
        ({"tier": [["gold"]]}, "only plain values"),
        ({"tier": bytearray()}, "only plain values"),
        ({"tier": {}}, "give at least one of"),
        ({"seats": {"mn": 3}}, "did you mean 'min'"),
        ({"seats": {"min": None}}, "one value that can be compared"),
        ({"seats": {"min": [3]}}, "one value that can be compared"),
        ({"seats": {"min": 3, "ge": 4}}, "each bound once"),
        ({"seats": {"min": 5, "max": 4}}, "no seats lies between"),
        ({"seats": {"min": 5, "lt": 5}}, "no seats lies between"),
        ({"seats": {"min": 5, "max": "x"}}, "bounds of one kind"),
        ({"seats": {"known": "yes"}}, "give True or False"),
        ({"any": []}, "a list of one or more conditions"),
        ({"all": {"tier": "gold"}}, "a list of one or more conditions"),
        ({"any": [{"tier": "gold"}, {"tier": {"is": "gold"}}]}, "any > 1 > tier"),
        ({"not": "gold"}, "give a mapping"),
    ],
)
def test_what_is_refused(when, words):
    """A condition that cannot mean anything is refused where it stands."""
    with pytest.raises(EventError) as caught:
        Conditions.of(when)
    assert caught.value.code == "bad_condition"
    assert words in str(caught.value)


def test_fields_text_and_copies():
    """The fields that are read are listed; the text reads; pickles are equal; the repr evaluates."""
    conditions = Conditions.of(
        {"tier": ["silver", "gold"], "seats": {"min": 10, "lt": 50}, "any": [{"vip": True}, {"team": {"not": "north"}}]}
    )
    assert conditions.fields == ("seats", "team", "tier", "vip")
    assert str(conditions) == "tier is 'gold' or 'silver' and seats >= 10 and seats < 50 and (vip is True or not (team is 'north'))"
    assert str(Conditions.of(None)) == "always"
    assert str(Conditions.of({"tier": {"known": True}})) == "tier is known"
    assert pickle.loads(pickle.dumps(conditions)) == conditions
    assert eval(repr(conditions)) == conditions  # noqa: S307 - our own text
    assert hash(conditions) == hash(Conditions.of(conditions.to_dict()))


def test_order_of_alternatives_does_not_matter():
    """A list and a set of the same values are the same condition."""
    assert Conditions.of({"tier": ["b", "a", "b"]}) == Conditions.of({"tier": {"a", "b"}})


FIELDS = ("tier", "seats")
VALUES = {"tier": ("gold", "silver", None), "seats": (0, 10, 25, None)}
leaves = st.one_of(
    st.sampled_from(("gold", "silver")).map(lambda given: {"tier": given}),
    st.sets(st.sampled_from(("gold", "silver", "bronze")), min_size=1).map(lambda given: {"tier": given}),
    st.sampled_from(("gold", "silver")).map(lambda given: {"tier": {"not": given}}),
    st.tuples(st.sampled_from(("min", "gt")), st.integers(0, 12)).map(lambda given: {"seats": {given[0]: given[1]}}),
    st.tuples(st.sampled_from(("max", "lt")), st.integers(8, 26)).map(lambda given: {"seats": {"not": {given[0]: given[1]}}}),
    st.booleans().map(lambda given: {"seats": {"known": given}}),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)


def holds(when, fields):
    """The rules, written once more."""
    for key, wanted in when.items():
        if key == "any":
            good = any(holds(part, fields) for part in wanted)
        elif key == "all":
            good = all(holds(part, fields) for part in wanted)
        elif key == "not":
            good = not holds(wanted, fields)
        else:
            good = _value_holds(wanted, fields.get(key))
        if not good:
            return False
    return True


def _value_holds(wanted, given):
    if not isinstance(wanted, dict):
        return given is not None and given in (wanted if isinstance(wanted, set) else {wanted})
    ((word, bound),) = wanted.items()
    if word == "not":
        return not _value_holds(bound, given)
    if word == "known":
        return (given is not None) == bound
    return given is not None and {"min": given >= bound, "gt": given > bound, "max": given <= bound, "lt": given < bound}[word]


@examples(1000)
@given(trees)
def test_one_and_many_follow_the_rules(when):
    """Any tree of conditions, on every combination of values, agrees with the rules for one ticket and for an array of them."""
    conditions = Conditions.of(when)
    tickets = [dict(zip(FIELDS, values, strict=True)) for values in product(*(VALUES[name] for name in FIELDS))]
    expected = [holds(when, fields) for fields in tickets]
    assert [conditions.matches({name: given for name, given in fields.items() if given is not None}) for fields in tickets] == expected

    def coded(name):
        values = [given for given in VALUES[name] if given is not None]
        return np.array([values.index(fields[name]) if fields[name] is not None else -1 for fields in tickets], np.int32), values

    assert conditions.over(coded, len(tickets)).tolist() == expected
    again = Conditions.of(conditions.to_dict())
    assert [again.matches(fields) for fields in tickets] == expected
