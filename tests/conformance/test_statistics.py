"""Statistics as textbooks, papers and other projects' tests state them."""

import json
import math
from pathlib import Path
from statistics import median

import pytest

from slakit import stats

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "conformance" / "statistics.json").read_text(encoding="utf-8"))["cases"]


def naive(durations, observed):
    """The medians and the mean that a report may print of the same ten tickets."""
    summary = stats.Durations.of(durations, observed)
    curve = stats.kaplan_meier(durations, observed)
    return {
        "finished_median": summary.finished_median.microseconds,
        "finished_mean": summary.mean(ignore_open=True).microseconds,
        "all_as_finished_median": median(durations),
        "kaplan_meier_median": curve.median,
    }


def curve_of(at=None, **given):
    """The survival curve of a case: its median, its steps, and the interval at one duration."""
    curve = stats.kaplan_meier(**given)
    low, high = curve.survival_interval(at) if at is not None else (None, None)
    return {"median": curve.median, "survival": curve.curve()["survival"], "at": at, "low": low, "high": high}


def shrunk(**given):
    """The prior and the estimates of a case."""
    found = stats.shrink(**given)
    return {"alpha": found.alpha, "beta": found.beta, "mean": found.mean, "shrunk": found.table["shrunk"]}


def sketch(values, alpha):
    """The growth factor and the bins in use."""
    found = stats.Sketch.of(values, alpha=alpha)
    return {"gamma": found.gamma, "bins": [place for place, _ in found.bins]}


def answer(case):
    """Ask the public interface what a case asks."""
    given = dict(case["given"])
    if case["ask"] == "kaplan_meier":
        return curve_of(case["expect"].get("at"), **given)
    if case["ask"] == "sketch_sum":
        return stats.Sketch.of(given["a"], alpha=given["alpha"]) + stats.Sketch.of(given["b"], alpha=given["alpha"])
    own = {"naive": naive, "shrink": shrunk, "sketch": sketch}
    if case["ask"] in own:
        return own[case["ask"]](**given)
    positional = [given.pop(name) for name in ("successes", "n", "values", "q", "count", "a", "b", "load", "arrivals") if name in given]
    if case["ask"] in {"erlang_b", "erlang_c"}:
        positional.append(given.pop("agents"))
    return getattr(stats, case["ask"])(*positional, **given)


def agrees(found, expected, tolerance):
    """Whether an answer, or each of its named parts, is the expected one within the tolerance."""
    if isinstance(expected, dict):
        parts = found if isinstance(found, dict) else {name: getattr(found, name) for name in expected}
        return all(agrees(parts[name], part, tolerance) for name, part in expected.items())
    if isinstance(expected, list):
        return len(found) == len(expected) and all(agrees(one, other, tolerance) for one, other in zip(found, expected, strict=True))
    if expected is None or found is None:
        return found is expected
    return math.isclose(found, expected, rel_tol=tolerance if abs(expected) > 1 else 0.0, abs_tol=0.0 if abs(expected) > 1 else tolerance)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_case_of_the_suite(case):
    """Every case of the language-neutral suite is answered within its tolerance."""
    expected = case["expect"]
    if case["ask"] == "sketch_sum":
        assert answer(case) == stats.Sketch.of(expected, alpha=case["given"]["alpha"])
    else:
        assert agrees(answer(case), expected, case["tolerance"]), (answer(case), expected)


def test_the_suite_follows_its_schema():
    """Each case has an id of its own, the keys that the schema requires and no others, and asks what the schema lists."""
    shape = json.loads((ROOT / "conformance" / "statistics.schema.json").read_text(encoding="utf-8"))["$defs"]["case"]
    for case in CASES:
        assert set(shape["required"]) <= set(case) <= set(shape["properties"]), case["id"]
        assert case["ask"] in shape["properties"]["ask"]["enum"]
    assert len({case["id"] for case in CASES}) == len(CASES)


def test_the_log_rank_test_of_the_flies():
    """Walton's flies: medians 56, 58 and 26 days, log-rank 122.24912557300577 (lifelines 0.30)."""
    from lifelines.datasets import load_waltons

    flies = load_waltons()
    whole = stats.kaplan_meier(flies["T"], flies["E"])
    assert (whole.n, whole.events, whole.median) == (163, 156, 56.0)
    control, mutant = (stats.kaplan_meier(part["T"], part["E"]) for _, part in flies.groupby("group"))
    assert (control.median, mutant.median) == (58.0, 26.0)
    statistic, p_value = stats.log_rank(control, mutant)
    assert statistic == pytest.approx(122.24912557300577, rel=1e-9)
    assert 0 < p_value < 1e-20


METHODS = {"adjusted_wald_3": "adjusted_wald", "score_tango": "score"}


def collected_proportion(case):
    """The ends that a collected case of a share states, each beside ours."""
    given = case["inputs"]
    confidence = given.get("confidence", given.get("conf"))
    if "expected" in case:
        for method, (low, high) in case["expected"].items():
            found = stats.proportion(given["successes"], given["n"], method=method, confidence=confidence)
            yield from ((found.low, low), (found.high, high))
        return
    options = {name: given[name] for name in ("method", "alternative", "continuity") if name in given}
    found = stats.proportion(given["successes"], given["n"], confidence=confidence, **options)
    yield from ((getattr(found, name.removesuffix("_max").removesuffix("_min")), end) for name, end in case["expect"].items())


def collected_score(case):
    """The ends that a collected case of a net promoter score states, each beside ours."""
    given = dict(case["inputs"])
    confidence = given.pop("confidence", None) or given.pop("conf")
    if "expected" in case:
        for method, (centre, low, high) in case["expected"].items():
            found = stats.nps_interval(**given, method=METHODS.get(method, method), confidence=confidence)
            yield from ((found.estimate, centre), (found.low, low), (found.high, high))
        return
    found = stats.nps_interval(**given, method="adjusted_wald", confidence=confidence)
    yield from ((getattr(found, name), case["expect"][key]) for name, key in (("estimate", "centre"), ("low", "low"), ("high", "high")))


COLLECTED = {
    "proportion_ci": collected_proportion,
    "wilson": collected_proportion,
    "nps_ci": collected_score,
    "nps_ci_adjusted_wald": collected_score,
}


def test_every_collected_interval(shared):
    """All 35 collected intervals of shares and scores come out as their sources state them."""
    asked = 0
    for name in ("worked_examples", "metrics"):
        for case in json.loads((shared / "cases" / f"{name}.json").read_text(encoding="utf-8")):
            if case["metric"] in COLLECTED:
                asked += 1
                for found, stated in COLLECTED[case["metric"]](case):
                    assert found == pytest.approx(stated, abs=case.get("tolerance", 0)), case["id"]
    assert asked == 35
