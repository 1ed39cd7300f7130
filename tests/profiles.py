"""How many examples a property test draws: one number a test, scaled by the profile in force.

The profile is the environment variable HYPOTHESIS_PROFILE: ``dev`` (50 examples, the default),
``ci`` (300, the default where CI is set) or ``deep`` (20,000, run by hand).
"""

import os

from hypothesis import HealthCheck, settings

PROFILES = {"dev": 50, "ci": 300, "deep": 20_000}
SCALE = {"dev": (1, 25), "ci": (1, 1), "deep": (40, 1)}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")


def load() -> None:
    """Register the profiles and load the one in force."""
    for name, count in PROFILES.items():
        settings.register_profile(
            name,
            max_examples=count,
            deadline=None,
            derandomize=name == "ci",
            database=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow],
        )
    settings.load_profile(PROFILE)


def examples(count: int) -> settings:
    """Settings that draw ``count`` examples in ci, a 25th of them in dev, 40 times as many in deep."""
    times, parts = SCALE[PROFILE]
    return settings(max_examples=max(1, count * times // parts))
