"""Conditions on a ticket's fields in Persian, from the same tree that checks them.

Between two names in Latin letters stands a Persian word: side by side they would be shown from left to right.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from slakit.events.conditions import Joined, Known, Not, Range, Values

if TYPE_CHECKING:
    from slakit.events.conditions import Conditions, Node
    from slakit.language.language import Language

_BOUNDS = {"ge": "دست‌کم {}", "le": "حداکثر {}", "gt": "بیشتر از {}", "lt": "کمتر از {}"}
_DATES = {"ge": "از {} به بعد", "le": "تا {}", "gt": "پس از {}", "lt": "پیش از {}"}


def persian(conditions: "Conditions", language: "Language") -> str:
    """What the conditions say.

    Args:
        conditions: at least one.
        language: Persian.
    """
    return _said(conditions.root, language)


def _said(node: "Node", language: "Language") -> str:
    if isinstance(node, Joined):
        parts = [f"({_said(part, language)})" if isinstance(part, Joined) else _said(part, language) for part in node.parts]
        return (" و " if node.every else " یا ").join(parts)
    return _denied(node.inner, language) if isinstance(node, Not) else _clause(node, language, "است")


def _clause(node: Values | Range | Known, language: "Language", verb: str) -> str:
    field = language.field(node.field)
    if isinstance(node, Known):
        return f"{field} معلوم {verb}"
    if isinstance(node, Range):
        each = ((_DATES if isinstance(bound, date) else _BOUNDS)[name].format(_value(bound, language)) for name, bound in node.bounds)
        return f"{field} {' و '.join(each)} {verb}"
    if len(node.values) == 1 and isinstance(node.values[0], bool):
        holds = node.values[0] is (verb == "است")
        return f"{field} برقرار {'است' if holds else 'نیست'}"
    return f"{field} برابر {' یا '.join(_value(one, language) for one in node.values)} {verb}"


def _denied(node: "Node", language: "Language") -> str:
    """The denial of a condition: in one word where that is clear."""
    if isinstance(node, Values) and len(node.values) > 1:
        return f"{language.field(node.field)} هیچ‌یک از {' و '.join(_value(one, language) for one in node.values)} نیست"
    if isinstance(node, Values | Known) or (isinstance(node, Range) and len(node.bounds) == 1):
        return _clause(node, language, "نیست")
    return f"چنین نیست که ({_said(node, language)})"


def _value(given: Any, language: "Language") -> str:
    if isinstance(given, bool):
        return "«بله»" if given else "«خیر»"
    if isinstance(given, date):
        return language.written(given)
    return f"«{given}»" if isinstance(given, str) else language.number(given)
