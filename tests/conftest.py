"""Profiles of Hypothesis, and the real logs beside the project where there are any."""

from pathlib import Path

import pytest

from tests import profiles
from tests.profiles import examples

__all__ = ["examples"]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

profiles.load()


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real logs and collected cases beside the project; a test that needs it skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside the project")
    return SHARED
