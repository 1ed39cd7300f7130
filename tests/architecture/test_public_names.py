"""The public names: a snapshot, so that none comes or goes unnoticed."""

import importlib
import pickle
import subprocess
import sys

import pytest

import slakit

NAMES = [
    "Cycles", "Escalation", "Event", "EventKind", "EventLog", "Exclusion", "Finding", "LogErrors", "Money", "Penalty", "Policy", "PolicySet",
    "PriorityMatrix", "Role", "Scale", "Schedule", "ScheduleBy", "SlakitError", "Status", "Target",
    "measure", "metrics", "plot", "presets", "report", "service", "stats",
]  # fmt: skip


def test_the_public_names_are_these():
    """``slakit.__all__`` and ``dir(slakit)`` hold the names of the snapshot."""
    assert slakit.__all__ == NAMES
    assert [name for name in dir(slakit) if not name.startswith("__")] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_can_be_had(name):
    """Each name leads to something that says what it is."""
    assert getattr(slakit, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    """What is not there is refused as any module refuses it."""
    with pytest.raises(AttributeError, match="no attribute 'Shedule'"):
        slakit.Shedule  # noqa: B018 - the access is the test


def test_measure_is_the_function_whatever_is_imported_first():
    """The function and its module share a name; the package always gives the function."""
    code = (
        "import slakit.measure\nfrom slakit import measure, Cycles\nimport slakit.measure\nfrom slakit.measure import measure as there\n"
        "import slakit\nassert slakit.measure is measure is there and callable(measure)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert importlib.import_module("slakit.measure") is not slakit.measure
    assert pickle.loads(pickle.dumps(slakit.measure)) is slakit.measure
