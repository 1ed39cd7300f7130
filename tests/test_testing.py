"""The law check: it passes what is lawful and names each law that is broken."""

import pytest
from hypothesis import strategies as st

from slakit.errors import MergeError
from slakit.stats import Rate, Share, Sketch
from slakit.testing import LawError, check_monoid


class Bag:
    """A lawful monoid whose parts the tests break one at a time."""

    def __init__(self, items=()):
        """Hold items."""
        self.items = tuple(items)

    def __add__(self, other):
        """All items of both."""
        return type(self)(sorted(self.items + other.items))

    def __eq__(self, other):
        """The same items."""
        return self.items == other.items

    __hash__ = None

    def __repr__(self):
        """The items."""
        return f"{type(self).__name__}({self.items})"


def refuse():
    """Refuse a sum."""
    message = "these do not merge"
    raise MergeError(message, code="refused")


class Ordered(Bag):
    """Keeps the order of its parts."""

    def __add__(self, other):
        """One after the other."""
        return Ordered(self.items + other.items)


class Dropping(Bag):
    """Loses a part when the left side holds two: grouping matters."""

    def __add__(self, other):
        """Most of both."""
        return Dropping(sorted(self.items + (other.items[1:] if len(self.items) > 1 else other.items)))


class Grabbing(Bag):
    """Changes its left side."""

    def __add__(self, other):
        """All items of both, kept on the left as well."""
        total = Grabbing(sorted(self.items + other.items))
        if self.items and other.items:
            self.items = total.items
        return total


class Picky(Bag):
    """Refuses from one side only."""

    def __add__(self, other):
        """All items, unless 1 meets 2."""
        return refuse() if (self.items, other.items) == ((1,), (2,)) else super().__add__(other)


class Mutual(Bag):
    """Refuses unlike items, whichever comes first."""

    def __add__(self, other):
        """All items, if they are alike."""
        return refuse() if self.items and other.items and set(self.items) != set(other.items) else super().__add__(other)


class Leaving(Bag):
    """Its sums are of another type."""

    def __add__(self, other):
        """A plain bag of two."""
        return (Bag if self.items and other.items else Leaving)(sorted(self.items + other.items))


class Forgetting(Bag):
    """Does not come back from plain data."""

    def to_dict(self):
        """All items."""
        return {"items": list(self.items)}

    @classmethod
    def from_dict(cls, data):
        """All but one."""
        return cls(data["items"][:-1])


class Tupled(Bag):
    """Comes back from its own data, but not through JSON, which knows no tuples."""

    def to_dict(self):
        """A tuple of items."""
        return {"items": self.items}

    @classmethod
    def from_dict(cls, data):
        """The items, if they are a tuple."""
        return cls(data["items"] if isinstance(data["items"], tuple) else ())


class Growing(Bag):
    """Nothing added still adds something."""

    def __add__(self, other):
        """One item too many."""
        return Growing([*self.items, *other.items, 0])


class LeftGrowing(Bag):
    """Nothing on the left adds something."""

    def __add__(self, other):
        """One item too many after nothing."""
        return LeftGrowing([*self.items, *other.items] if self.items else [*other.items, 0])


class Grouping(Bag):
    """Refuses one grouping of three."""

    def __add__(self, other):
        """All items, unless two are on the left already."""
        return refuse() if len(self.items) > 1 and other.items else super().__add__(other)


@pytest.mark.parametrize(
    ("kind", "law"),
    [
        (Ordered, "commutative"),
        (Dropping, "associative"),
        (Grabbing, "a sum changes neither side"),
        (Picky, "refused from both sides"),
        (Leaving, "closed"),
        (Forgetting, "from_dict undoes to_dict"),
        (Tupled, "from_dict undoes to_dict through JSON"),
        (Growing, "identity on the right"),
        (LeftGrowing, "identity on the left"),
        (Grouping, "associative"),
    ],
)
def test_each_broken_law_is_named(kind, law):
    """A type that breaks one law fails with the name of that law and the values that show it."""
    values = [kind([1]), kind([2]), kind([3]), kind([4])]
    with pytest.raises(LawError) as caught:
        check_monoid(values, empty=kind())
    assert caught.value.law == law
    assert all(isinstance(value, kind) for value in caught.value.values)


def test_lawful_values_pass():
    """Counts, sketches that refuse each other, and a plain bag without plain data."""
    check_monoid([Share(1, 2), Share(0, 5)], empty=Share.empty())
    check_monoid([Sketch.of([1, 5]), Sketch.of([0])], empty=Sketch.empty())
    check_monoid([Bag([1]), Bag([2])], empty=Bag())


def test_values_that_refuse_each_other_on_both_sides_are_lawful():
    """A refusal is part of a law as long as it is mutual."""
    check_monoid([Bag([1]), Bag([2])], empty=Bag(), same=lambda one, other: one.items == other.items)

    check_monoid([Mutual([1]), Mutual([2])], empty=Mutual())


def test_what_counts_as_equal_can_be_said():
    """Floats that add with rounding are lawful up to rounding."""
    rates = [Rate(1, 0.1), Rate(2, 0.2), Rate(3, 0.3)]
    with pytest.raises(LawError):
        check_monoid(rates, empty=Rate.empty())
    check_monoid(rates, empty=Rate.empty(), same=lambda a, b: a.count == b.count and a.exposure == pytest.approx(b.exposure))


def test_a_strategy_is_drawn_from():
    """With a Hypothesis strategy broken laws are found as well, and lawful ones pass."""
    counts = st.integers(0, 50)
    check_monoid(st.builds(lambda n, more: Share(n, n + more), counts, counts), empty=Share.empty(), examples=30)
    with pytest.raises(LawError):
        check_monoid(st.builds(lambda n: Ordered([n]), counts), empty=Ordered(), examples=30)


@pytest.mark.parametrize("nothing", [[], 7])
def test_nothing_to_check_is_an_error(nothing):
    """A check of no values would pass whatever the law."""
    with pytest.raises(TypeError, match="nothing to check"):
        check_monoid(nothing, empty=Share.empty())
