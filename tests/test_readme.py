"""Every code block of the README and of the docs runs, in order, one file a namespace."""

import doctest
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[int, str]]:
    """The Python blocks of a page, each with the number of its first line."""
    text = page.read_text(encoding="utf-8")
    return [(text.count("\n", 0, match.start(1)) + 1, match[1]) for match in BLOCK.finditer(text)]


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: str(page.relative_to(ROOT)))
def test_code_blocks_run(page):
    """A block with prompts gives the output that it shows; a block without them runs without an error."""
    names: dict[str, object] = {"__name__": "__page__"}
    for line, code in blocks(page):
        if ">>>" in code:
            test = doctest.DocTestParser().get_doctest(code, names, page.name, str(page), line - 1)
            runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
            runner.run(test, clear_globs=False)
            assert runner.summarize(verbose=False).failed == 0
            names = test.globs
        else:
            exec(compile("\n" * (line - 1) + code, str(page), "exec"), names)  # noqa: S102 - the project's own pages


def test_the_readme_shows_code():
    """The first page has examples to run at all."""
    assert len(blocks(PAGES[0])) >= 2


def test_the_two_commands_are_one_line_each():
    """The README has exactly one line that ends in the report, and one that ends in the tests, which .ci/run takes from it."""
    lines = PAGES[0].read_text(encoding="utf-8").splitlines()
    report = [line for line in lines if line.endswith("examples/desk_report.py")]
    tests = [line for line in lines if "-m pytest" in line]
    assert len(report) == len(tests) == 1
    assert all(line.startswith("python -m venv .venv && .venv/bin/pip install") for line in (*report, *tests))
    assert "README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_what_is_installed_is_little():
    """The library itself needs attrs, numpy and pendulum, and nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {re.match(r"[a-z]+", given)[0] for given in project["dependencies"]} == {"attrs", "numpy", "pendulum"}
