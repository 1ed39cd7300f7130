"""What applies to a running cycle, and what a change of the ticket's fields makes of it (SPEC 5.5)."""

from enum import IntEnum
from typing import NamedTuple

from slakit.policy import Choice


class Effect(IntEnum):
    """What a change of a ticket's fields makes of what applied to a running cycle."""

    KEEPS = 0
    """It stays."""
    GIVES_WAY = 1
    """Another policy or priority applies, with the same target."""
    RETARGETS = 2
    """The whole cycle is judged by another target."""
    BEGINS_ANEW = 3
    """The cycle ends as superseded, and another begins."""


class Change(NamedTuple):
    """A point at which what applies to a cycle changed.

    Attributes:
        position: of the event in the ticket's life.
        at: its instant, us.
        choice: what applies from there.
        since: the instant at which the target came into force, us; earlier than ``at`` where only the policy changed.
        due: the due instant that the ticket carries, us, for a target at a field; None otherwise.
        reason: why there is none.
    """

    position: int
    at: int
    choice: Choice
    since: int
    due: int | None = None
    reason: str = ""

    def retargets(self, before: "Change") -> bool:
        """Whether the target or its working time is another one than before."""
        return (self.choice.target, self.choice.schedule, self.due) != (before.choice.target, before.choice.schedule, before.due)

    def effect(self, before: "Change") -> Effect:
        """What it makes of what applied before, by the way to retarget of the policy that it leads to (else of the one before)."""
        policy = self.choice.policy or before.choice.policy
        how = "from_start" if policy is None else policy.retarget
        if how == "pinned":
            return Effect.KEEPS
        if self.retargets(before):
            return Effect.RETARGETS if how == "from_start" else Effect.BEGINS_ANEW
        same = self.choice.policy is before.choice.policy and self.choice.priority == before.choice.priority
        return Effect.KEEPS if same else Effect.GIVES_WAY
