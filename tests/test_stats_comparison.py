"""Two periods: what changed, whether it is noise, which part is mix."""

from datetime import timedelta

import numpy as np
import pytest

from slakit import stats
from slakit.errors import MergeError, StatsError
from slakit.stats import Durations, Nps, Rate, Ratio, Share, Total, compare, mix_split, samples

MINUTE = timedelta(minutes=1)


def test_a_share_that_fell():
    """82 to 79 percent of 1,000 each is noise, with Newcombe's interval, and the sentence says so."""
    found = compare(Share(820, 1000), Share(790, 1000), measure="attainment")
    assert (found.measure, found.a, found.b, found.mix, found.noise) == ("attainment", 0.82, 0.79, None, True)
    assert found.sentence == "attainment went from 82.0% to 79.0%: -3.0 points (95% interval -6.5 to +0.5), which chance alone explains"
    assert repr(found) == found.sentence == found.table.title
    assert found.table["part"] == ["total"]
    assert found.table["change"] == [pytest.approx(-0.03)]
    assert found.table["p_value"] == [pytest.approx(0.0904302, abs=1e-7)]


def test_both_groups_improved_and_the_total_fell():
    """Simpson: +2 and +5 points inside the groups, yet -8.5 in all, because hard tickets came to be half of them."""
    found = compare(
        {"easy": Share(720, 800), "hard": Share(100, 200)}, {"easy": Share(460, 500), "hard": Share(275, 500)}, measure="attainment"
    )
    assert found.table["part"] == ["total", "rate", "mix", "easy", "hard"]
    assert found.table["change"] == pytest.approx([-0.085, 0.0305, -0.1155, 0.02, 0.05])
    assert found.table["noise"] == [False, None, None, True, True]
    assert found.sentence.endswith(", more than chance explains; +3.1 inside the groups, -11.6 by another mix of them")


def test_a_group_of_one_period_is_mix():
    """A new group has no change of its own: its whole effect is its weight."""
    found = compare({"a": Share(9, 10)}, {"a": Share(9, 10), "new": Share(1, 10)})
    assert found.mix.rate == 0.0
    assert found.mix.mix == pytest.approx(0.5 - 0.9)
    assert found.table["a"] == [0.9, None, None, 0.9, None]
    assert found.table["change"][-1] is None


def test_scores_and_rates():
    """NPS in points with its own interval, rates as a ratio."""
    score = compare(Nps(70, 20, 10), Nps(60, 22, 18))
    assert score.sentence == "NPS went from 60.0 to 42.0: -18.0 points (95% interval -37.9 to +2.2), which chance alone explains"
    split = compare({"x": Nps(5, 0, 0), "y": Nps(0, 0, 5)}, {"x": Nps(8, 0, 0), "y": Nps(0, 0, 2)}).mix
    assert (split.rate, split.mix) == (0.0, pytest.approx(60.0))
    rate = compare(Rate(100, 30), Rate(140, 30), measure="requests a day")
    assert rate.sentence == "requests a day went from 3.333 to 4.667: x 1.4 (95% interval x 1.08 to x 1.83), more than chance explains"
    assert rate.noise is False
    assert compare(Rate(0, 0), Rate(1, 1)).change.reason == "one side has no exposure"
    assert compare({"x": Rate(1, 1)}, {"x": Rate(2, 1)}).mix is None


def test_durations_count_what_is_open():
    """Medians are Kaplan-Meier's, the test is the log-rank test."""
    generator = np.random.default_rng(1)

    def cycles(mean, n):
        return Durations.of((generator.exponential(mean, n) * 60e6).astype(np.int64), generator.random(n) < 0.8)

    slow, fast = cycles(60, 300), cycles(30, 300)
    found = compare(slow, fast, measure="first response")
    assert (found.a, found.b) == (slow.median, fast.median)
    assert found.change.estimate == fast.median - slow.median
    assert found.change.low < found.change.estimate < found.change.high < timedelta(0)
    assert found.change.p_value < 1e-6
    assert found.sentence.startswith("first response went from ")
    assert found.sentence.endswith(", more than chance explains")
    mixed = compare({"slow": slow, "fast": fast}, {"slow": cycles(60, 100), "fast": cycles(30, 500)})
    assert mixed.mix.mix < 0
    assert abs(mixed.mix.rate) < abs(mixed.mix.mix)
    assert "means up to the common horizon" in mixed.sentence
    assert isinstance(mixed.table["change"][1], timedelta)


def test_durations_that_cannot_tell_say_why():
    """Empty sides, medians not reached, and medians without a whole interval."""
    few = Durations.of([MINUTE, 2 * MINUTE], [1, 0])
    never = Durations.of([MINUTE, 2 * MINUTE], [0, 0])
    assert "one side is empty" in compare(few, Durations.empty()).sentence
    assert (
        compare(few, never).sentence
        == "median: 1m and unknown; the change cannot be told: a median cannot be told yet: too few have finished"
    )
    open_ended = compare(few, few)
    assert open_ended.noise is None
    assert open_ended.sentence == "median went from 1m to 1m: +0s; a median has no whole interval: too few have finished"
    assert compare({"x": Durations.empty()}, {"x": Durations.empty()}).mix is None


def test_ratios_and_means_by_welch():
    """Means of 1, 2, 3 and of 4, 6, 8: 4 apart, SE sqrt(1/3 + 4/3), Welch's degrees (5/3)^2 / ((1/3)^2/2 + (4/3)^2/2) = 2.94."""
    from scipy.stats import ttest_ind

    found = compare(Ratio.of([1, 2, 3]), Ratio.of([4, 6, 8]), measure="messages")
    expected = ttest_ind([4, 6, 8], [1, 2, 3], equal_var=False)
    assert (found.change.estimate, found.change.standard_error) == (4.0, pytest.approx((5 / 3) ** 0.5))
    assert (found.change.statistic, found.change.p_value) == (pytest.approx(expected.statistic), pytest.approx(expected.pvalue))
    assert tuple(found.change) == pytest.approx(tuple(expected.confidence_interval()))
    assert found.sentence.startswith("messages went from 2 to 6: +4 (95% interval ")
    split = compare({"x": Ratio.of([1, 3]), "y": Ratio.of([5])}, {"x": Ratio.of([2, 4]), "y": Ratio.of([6])}).mix
    assert (split.rate, split.mix) == (pytest.approx(1.0), 0.0)


def test_ratios_that_cannot_tell_say_why():
    """One cluster, no variation, nothing at all."""
    assert "at least two clusters" in compare(Ratio.of([1]), Ratio.of([2, 3])).change.reason
    same = compare(Ratio.of([2, 2]), Ratio.of([2, 2]))
    assert (same.change.estimate, same.noise) == (0.0, None)
    assert compare(Ratio.empty(), Ratio.of([1, 2])).change.estimate is None


def test_plain_values_shift():
    """Complete values of two periods: medians, the Hodges-Lehmann shift, Brunner and Munzel's test."""
    x, y = [12, 15, 18, 20, 25, 30], [10, 11, 14, 16, 19, 22]
    found = compare(x, np.array(y), measure="minutes")
    shift, test = stats.hodges_lehmann(x, y), stats.brunner_munzel(x, y)
    assert (found.a, found.b) == (19, 15)
    assert (tuple(found.change), found.change.p_value) == (tuple(shift), test.p_value)
    assert found.sentence == "minutes went from 19 to 15: -4 (95% interval -14 to +4), which chance alone explains"
    timed = compare([MINUTE * k for k in x], [MINUTE * k for k in y])
    assert timed.sentence == "median went from 19m to 15m: -4m (95% interval -14m to +4m), which chance alone explains"
    assert timed.table["low"] == [-14 * MINUTE]
    grouped = compare({"a": x, "b": [1, None]}, {"a": y})
    assert (grouped.mix, grouped.a) == (None, 18)
    assert grouped.table["part"] == ["total", "a", "b"]
    assert compare([], [1, 2]).sentence == "median: unknown and 1.5; the change cannot be told: one sample is empty"
    assert compare({"a": [], "b": [4]}, {"a": [4], "b": []}).a == 4
    with pytest.raises(MergeError):
        compare({"a": [MINUTE], "b": [1]}, {"a": [1]})
    with pytest.raises(TypeError):
        samples.Sample.empty() + 1


def test_an_absent_share_cannot_be_compared():
    """Nothing counted on one side: the sentence says so."""
    assert compare(Share(), Share(1, 2)).sentence.startswith("share: unknown and 50.0%; the change cannot be told")


@pytest.mark.parametrize(
    ("a", "b"), [(Share(1, 2), Nps(1, 0, 0)), (1, 2), ({}, {}), ({"x": Share(1, 2)}, Share(1, 2)), (Total.of([1]), Total.of([2]))]
)
def test_unlike_things_are_not_compared(a, b):
    """Two of one kind, or two mappings to one kind; all else is refused."""
    with pytest.raises(StatsError) as caught:
        compare(a, b)
    assert caught.value.code == "not_comparable"


def test_mix_split_by_hand():
    """Kitagawa: 0.02 x 0.65 + 0.05 x 0.35 = 0.0305 inside, -0.3 x 0.91 + 0.3 x 0.525 = -0.1155 by mix."""
    split = mix_split({"easy": (800, 0.9), "hard": (200, 0.5)}, {"easy": (500, 0.92), "hard": (500, 0.55)})
    assert (split.total, split.rate, split.mix) == (pytest.approx(-0.085), pytest.approx(0.0305), pytest.approx(-0.1155))
    assert split.table["rate"] == pytest.approx([0.013, 0.0175])
    assert split.table["mix"] == pytest.approx([-0.273, 0.1575])
    assert split.table["weight_b"] == [0.5, 0.5]


def test_mix_split_takes_any_weighted_value():
    """Means with their counts and ratios with their denominators split alike; a group empty in both periods adds nothing."""
    means = mix_split({"x": Total.of([1, 3]), "y": Total.empty()}, {"x": Total.of([3]), "y": Total.empty()})
    assert (means.rate, means.mix) == (1.0, 0.0)
    ratios = mix_split({"x": Ratio.of([4, 2], [1, 2]), "y": (1, 1.0)}, {"x": Ratio.of([6], [3]), "y": (1, 1.0)})
    assert ratios.total == 0.0
    assert mix_split({"x": (1, 1.0), "z": (0, None)}, {"x": (1, 2.0), "z": (0, None)}).total == 1.0


@pytest.mark.parametrize(
    ("a", "code"),
    [({}, "empty_period"), ({"x": (0, 1.0)}, "empty_period"), ({"x": (-1, 1.0)}, "bad_weight"), ({"x": (1, None)}, "bad_weight")],
)
def test_mix_split_refuses_empty_periods(a, code):
    """A period without weight has no total."""
    with pytest.raises(StatsError) as caught:
        mix_split(a, {"x": (1, 1.0)})
    assert caught.value.code == code


def test_chance_alone_is_called_noise_as_often_as_it_says():
    """Of 1,500 pairs without a real change, 93 to 97.5 percent are called noise."""
    generator = np.random.default_rng(4)
    pairs = generator.binomial(200, 0.8, size=(1_500, 2)).tolist()
    noise = sum(stats.proportion_difference((a, 200), (b, 200)).noise for a, b in pairs)
    assert 0.93 < noise / 1_500 < 0.975
