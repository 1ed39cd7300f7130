"""Every example in a docstring runs and gives what it says."""

import doctest
import importlib
import pkgutil

import pytest

import slakit

MODULES = sorted(module.name for module in pkgutil.walk_packages(slakit.__path__, "slakit."))


@pytest.mark.parametrize("name", ["slakit", *MODULES])
def test_examples_in_docstrings_run(name):
    """The examples of one module hold."""
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0
