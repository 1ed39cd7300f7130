"""One event at a time: live answers that equal recomputing from the whole log, with a small state that can be stored."""

from slakit.tracker.answer import TrackedJudgement
from slakit.tracker.tracker import Replay, Tracker

__all__ = ["Replay", "TrackedJudgement", "Tracker"]
