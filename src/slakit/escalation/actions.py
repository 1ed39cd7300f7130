"""Actions as data: what somebody outside is asked to do when an escalation falls due."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from slakit._value import value
from slakit.errors import PolicyError, did_you_mean

PARAMETERS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "notify": ("whom", "channel"),
    "reassign": ("to", "group"),
    "raise_priority": ("to",),
    "colour": ("colour",),
    "move_to_top": (),
    "call_customer": (),
})  # fmt: skip
"""Every built-in action with the parameters that it takes; `custom` makes further ones."""
_PREFIX = "custom."


def _parameters(given: Any) -> tuple[tuple[str, Any], ...]:
    pairs = given.items() if isinstance(given, Mapping) else given
    return tuple((str(name), one) for name, one in pairs if one is not None)


@value(repr=False)
class Action:
    """Something to be done; the functions beside it make one.

    Attributes:
        what: ``"notify"``, ``"reassign"``, ``"raise_priority"``, ``"colour"``, ``"move_to_top"``,
            ``"call_customer"``, or ``"custom.<name>"``.
        parameters: (name, value) pairs; a mapping is taken too.
    """

    what: str
    parameters: tuple[tuple[str, Any], ...] = attrs.field(default=(), converter=_parameters)

    def __attrs_post_init__(self) -> None:
        """Refuse what nobody would know how to do."""
        if self.what.startswith(_PREFIX) and len(self.what) > len(_PREFIX):
            return
        if self.what not in PARAMETERS:
            message = f"action {self.what!r}: {did_you_mean(self.what, PARAMETERS)}; for one of your own use custom({self.what!r})"
            raise PolicyError(message, code="unknown_action", given=self.what)
        for name, _ in self.parameters:
            if name not in PARAMETERS[self.what]:
                message = f"action {self.what!r}: unknown parameter {name!r}: {did_you_mean(name, PARAMETERS[self.what])}"
                raise PolicyError(message, code="unknown_key", given=name)
        given = dict(self.parameters)
        if "to" in given and "group" in given:
            message = f"action {self.what!r}: to={given['to']!r} and group={given['group']!r} at once: give one of them"
            raise PolicyError(message, code="bad_action", given=self.parameters)
        missing = {"notify": "whom", "colour": "colour"}.get(self.what)
        if missing is not None and given.get(missing, "") == "":
            message = f"action {self.what!r} needs {missing}=: add it"
            raise PolicyError(message, code="missing_key", key=missing)

    @classmethod
    def of(cls, given: Any) -> "Action":
        """An action from itself, from its name, or from plain data as `to_dict` gives it.

        Raises:
            PolicyError: ``bad_action``, ``unknown_action``, ``unknown_key``, ``missing_key``.
        """
        if isinstance(given, Action):
            return given
        if isinstance(given, str):
            return cls(given)
        if isinstance(given, Mapping) and "do" in given:
            return cls(str(given["do"]), tuple((name, one) for name, one in given.items() if name != "do"))
        message = f"{given!r} is no action: use notify('manager', channel='email'), 'move_to_top', or {{'do': 'notify', 'whom': 'manager'}}"
        raise PolicyError(message, code="bad_action", given=given)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that `of` reads back."""
        return {"do": self.what, **dict(self.parameters)}

    def __repr__(self) -> str:
        """Evaluates, with the functions of this module at hand."""
        inner = [f"{name}={one!r}" for name, one in self.parameters]
        if self.what.startswith(_PREFIX):
            return f"custom({', '.join([repr(self.what.removeprefix(_PREFIX)), *inner])})"
        if self.what == "notify" and "channel" not in dict(self.parameters):
            inner.append("channel=None")
        return f"{self.what}({', '.join(inner)})"

    def __str__(self) -> str:
        """In words, e.g. ``notify manager by email``."""
        given = dict(self.parameters)
        words = self.what.removeprefix(_PREFIX).replace("_", " ")
        if self.what == "notify":
            return f"notify {given['whom']}" + (f" by {given['channel']}" if "channel" in given else "")
        if self.what == "reassign":
            whom = f"group {given['group']}" if "group" in given else str(given.get("to", "any_free")).replace("any_free", "any free agent")
            return f"reassign to {whom}"
        if self.what == "raise_priority" and "to" in given:
            return f"raise the priority to {given['to']}"
        if self.what == "colour":
            return f"colour it {given['colour']}"
        return words + (f" ({', '.join(f'{name}: {one}' for name, one in given.items())})" if given else "")


def _action(what: str, **parameters: Any) -> Action:
    return Action(what, tuple(parameters.items()))


def notify(whom: str, *, channel: str | None = "email") -> Action:
    """Tell somebody.

    Args:
        whom: a name, or a part such as ``"agent"``, ``"manager"`` or ``"customer"``.
        channel: how, e.g. ``"email"`` or ``"sms"``; None leaves it open.

    Raises:
        PolicyError: ``missing_key`` for an empty name.
    """
    return _action("notify", whom=whom, channel=channel)


def reassign(to: str | int | None = "any_free", *, group: str | None = None) -> Action:
    """Give the ticket to an agent, to any agent who is free, or to a group.

    Args:
        to: an agent's id, or ``"any_free"``, which a group may be given instead of.
        group: a group's id.

    Raises:
        PolicyError: ``bad_action`` for an agent and a group at once.
    """
    return _action("reassign", to=None if group is not None and to == "any_free" else to, group=group)


def raise_priority(to: str | None = None) -> Action:
    """Raise the priority, by one step or to a given one."""
    return _action("raise_priority", to=to)


def colour(colour: str) -> Action:
    """Show the ticket in a colour."""
    return _action("colour", colour=colour)


def move_to_top() -> Action:
    """Put the ticket at the head of the queue."""
    return Action("move_to_top")


def call_customer() -> Action:
    """Call the customer."""
    return Action("call_customer")


def custom(name: str, **parameters: Any) -> Action:
    """An action of one's own.

    Args:
        name: how the product calls it.
        **parameters: whatever it needs, as plain data.
    """
    return Action(_PREFIX + name, tuple(parameters.items()))
