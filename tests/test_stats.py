"""The package: its names are loaded on first touch."""

import subprocess
import sys

import pytest

from slakit import stats


def test_every_public_name_is_there():
    """All names of the list exist, are listed by dir(), and no other name is invented."""
    assert set(stats.__all__) <= set(dir(stats))
    for name in stats.__all__:
        assert getattr(stats, name).__module__.startswith("slakit.stats.")
    with pytest.raises(AttributeError, match="no attribute 'average'"):
        stats.average  # noqa: B018 - the access is the test


def test_counting_needs_no_numpy():
    """Intervals of counts work before numpy is loaded."""
    code = "from slakit import stats; stats.proportion(1, 2); stats.nps_interval(promoters=1, passives=1, detractors=1); import sys; print('numpy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
