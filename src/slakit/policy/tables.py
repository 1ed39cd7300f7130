"""Contracts as plain data: what is no table, or holds an error, is told with its place in the contract."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slakit.errors import PolicyError, SlakitError


def table(given: Any, place: str, example: str) -> Mapping[str, Any]:
    """A table of keys.

    Args:
        given: what stands there.
        place: where, as messages begin.
        example: what one looks like.

    Raises:
        PolicyError: ``not_a_table``.
    """
    if not isinstance(given, Mapping):
        message = f"{place}: {given!r} is no table of keys: write one such as {example}"
        raise PolicyError(message, code="not_a_table", given=given)
    return given


def tables(given: Any, place: str, example: str) -> list[Mapping[str, Any]]:
    """Several tables; errors as `table`."""
    if isinstance(given, (Mapping, str)) or not isinstance(given, Sequence):
        message = (
            f"{place}: {given!r} is no list of tables: write a list such as [{example}] (in TOML each under a heading in double brackets)"
        )
        raise PolicyError(message, code="not_a_table", given=given)
    return [table(one, f"{place}[{number}]", example) for number, one in enumerate(given)]


def read(reader: Callable[[Any], Any], given: Any, policy: Any, key: str) -> Any:
    """Read a part of a policy; its errors name the policy and the key.

    Raises:
        PolicyError: with the code of the error.
    """
    try:
        return reader(given)
    except SlakitError as error:
        message = f"policy {policy!r}, {key}: {error}"
        raise PolicyError(message, code=error.code, **{**error.fields, "policy": policy, "key": key}) from None
