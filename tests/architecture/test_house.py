"""Rules of the house that can be read off the sources."""

import ast
import re
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).resolve().parents[2] / "src" / "slakit").rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_file_holds_one_noun(path):
    """No file is longer than 400 lines, and none is a drawer for odds and ends."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert not re.fullmatch(r"_?(utils?|helpers?|common|core|misc|tools)", path.stem)


def imported(path: Path) -> list[tuple[str, list[str]]]:
    """The modules that a file imports at any depth, with the names taken from them."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.module or "", [alias.name for alias in node.names]))
    return found


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.parent.name != "slakit" or path.stem != "__init__"], ids=lambda path: path.stem
)
def test_no_floor_imports_from_the_roof(path):
    """Inside, names come from the module that defines them; only modules may be taken from the package itself."""
    here = path.parents[len(path.parts) - path.parts.index("slakit") - 2]
    for module, names in imported(path):
        if module == "slakit":
            assert all((here / name).is_dir() or (here / f"{name}.py").is_file() for name in names), names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_library_has_no_way_to_the_outside(path):
    """No module imports what reads files, clocks, sockets or processes, and none evaluates text."""
    forbidden = {
        "os",
        "io",
        "pathlib",
        "socket",
        "subprocess",
        "time",
        "logging",
        "urllib",
        "http",
        "tempfile",
        "shutil",
        "asyncio",
        "random",
    }
    reached = [(module, names) for module, names in imported(path) if module.partition(".")[0] in forbidden]
    assert [
        (module, names) for module, names in reached if (module, names) != ("io", ["BytesIO"])
    ] == []  # a buffer in memory reaches nothing
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert calls & {"open", "print", "input", "eval", "exec"} == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_only_the_time_module_knows_pendulum(path):
    """`slakit._time` is the one importer of pendulum."""
    if path.stem != "_time":
        assert "pendulum" not in {module.partition(".")[0] for module, _ in imported(path)}
