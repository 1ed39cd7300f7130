"""The service level of DanaDesk: three hours to answer, eight to finish, and what follows when they pass.

- Three hours to the first answer, else an e-mail to the agent; after four hours the customer is called.
- Three hours from the latest unanswered message to the next answer, else an e-mail to the agent.
- Eight hours to finish, not counting the time waiting for the customer, else an e-mail to the
  manager and another colour.
- Priority from impact and urgency; unhappy tickets go to the top of the queue.
"""

from typing import Any

from slakit.escalation import Escalation, call_customer, colour, move_to_top, notify
from slakit.money import Money
from slakit.penalty import Penalty
from slakit.policy import Policy, PolicySet, PriorityMatrix
from slakit.schedule import Schedule

PRIORITIES = ("low", "normal", "high", "urgent")
MATRIX = PriorityMatrix({
    "high": {"high": "urgent", "medium": "high", "low": "normal"},
    "medium": {"high": "high", "medium": "normal", "low": "low"},
    "low": {"high": "normal", "medium": "low", "low": "low"},
})  # fmt: skip
"""Impact (rows) x urgency (columns) -> priority."""
SATISFACTION = ("very bad", "خیلی بد", "bad", "بد", "good", "خوب", "excellent", "عالی")
"""The four levels of satisfaction from the worst to the best, each in English and Persian."""

TARGETS = {"first_response": "3h", "next_response.latest": "3h", "resolution": "8h"}
"""The three promises."""
ESCALATIONS = (
    Escalation("first_response", at="100%", actions=notify("agent", channel="email")),
    Escalation("first_response", at="+1h", actions=call_customer()),
    Escalation("next_response.latest", at="100%", actions=notify("agent", channel="email")),
    Escalation("resolution", at="100%", actions=[notify("manager", channel="email"), colour("red")]),
    Escalation(rating="بد", scale=SATISFACTION, actions=move_to_top(), name="unhappy"),
)
"""What falls due when a target passes, and for an unhappy customer."""


def policy(schedule: Schedule, *, name: str = "danadesk", penalty: Money | None = None, **options: Any) -> Policy:
    """The policy of every ticket.

    Args:
        schedule: when the desk works.
        name: how results speak of it.
        penalty: money for each minute of delay on any of the three clocks; None: no penalty.
        **options: further parts of `Policy`, such as ``when=`` or ``valid_from=``.
    """
    return Policy(
        name,
        schedule=schedule,
        targets=TARGETS,
        escalations=ESCALATIONS,
        penalties=() if penalty is None else [Penalty(metric, rate=penalty, per="minute") for metric in TARGETS],
        **options,
    )


def policies(schedule: Schedule, *, penalty: Money | None = None) -> PolicySet:
    """The policy set: one policy for all, priority from impact and urgency.

    Args:
        schedule: when the desk works.
        penalty: as in `policy`.
    """
    return PolicySet([policy(schedule, penalty=penalty)], priorities=PRIORITIES, matrix=MATRIX)
