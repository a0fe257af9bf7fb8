"""House rules, as far as a program can see them."""

import ast
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from typer.main import get_command

from lockstep.kit.migrate import MODULES_WITH_TABLES

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "lockstep"
LARGEST = 500_000

# Put together from pieces, so that this file does not hold what it looks for.
REGISTRIES = ("py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)", "deb" + r"\.debian\.org")
WORK_FOLDERS = ("/wo" + "rk/", "/fa" + "rm/", "/ro" + "ot/", "/tm" + "p/", r"(?<![\w.])/ho" + r"me/\w")

NEED_NO_MIRROR = {
    "__init__": "names a package",
    "__main__": "calls main",
    "events": "names what can happen; the tests of what makes it happen look for it",
    "migrations": "run by tests/kit/test_migrate.py",
    "records": "holds data only",
    "schema": "holds data only",
    "store": "is SQL, run by the tests of the actions that use it",
    "tables": "holds data only",
}
"""Names of modules or packages that need no test file of their own, and why."""
TESTED_ELSEWHERE = {
    "center/scimapi": "tests/center/sheet",  # one test file for each section of the sheet that describes the endpoint
}
"""Packages whose tests are cut another way than their code."""


@cache
def tracked(ends: str = "") -> list[Path]:
    """The files of this checkout that git tracks and that are there."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name.endswith(ends) and name and (ROOT / name).is_file()]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def calls(path: Path) -> Iterator[str]:
    """The names of what a file calls: `print`, `sa.Table`."""
    return (ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines_like(patterns: tuple[str, ...]) -> list[str]:
    found = re.compile("|".join(patterns))
    texts = ((path, path.read_text(errors="replace")) for path in tracked())
    return [
        f"{short(path)}:{number}: {line.strip()[:120]}"
        for path, text in texts
        if found.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if found.search(line)
    ]


def test_no_file_names_a_package_registry() -> None:
    assert lines_like(REGISTRIES) == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert lines_like(WORK_FOLDERS) == []


def test_no_large_file_is_tracked() -> None:
    assert [short(path) for path in tracked() if path.stat().st_size > LARGEST] == []


def test_nothing_prints_but_benchmarks() -> None:
    """Commands speak through `lockstep.cli.output`."""
    code = [path for path in tracked(".py") if not short(path).startswith("benchmarks/")]
    assert [short(path) for path in code if "print" in calls(path)] == []


def test_no_test_is_left_out() -> None:
    left_out = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)$")
    assert [
        f"{short(path)}: {ast.unparse(node)}"
        for path in tracked(".py")
        if short(path).startswith("tests/")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and left_out.match(ast.unparse(node))
    ] == []


def test_tables_stand_where_migrations_look_for_them() -> None:
    """`lockstep.kit.migrate.load_tables` imports modules of these names, so a table elsewhere would be missing."""
    code = [path for path in tracked(".py") if path.is_relative_to(SRC)]
    makers = [path for path in code if {"Table", "sa.Table", "sqlalchemy.Table"} & set(calls(path))]
    assert [short(path) for path in makers if path.stem not in MODULES_WITH_TABLES] == []


def needs_mirror(module: Path) -> bool:
    return not NEED_NO_MIRROR.keys() & {*module.relative_to(SRC).with_suffix("").parts}


def has_mirror(module: Path) -> bool:
    """`tests/a/test_b.py` or `test_b_*.py` for `a/b.py`, or a test in `tests/a/` that imports from it by its name."""
    place = module.relative_to(SRC)
    elsewhere = TESTED_ELSEWHERE.get(place.parent.as_posix())
    if elsewhere is not None:
        return any((ROOT / elsewhere).glob("test_*.py"))
    folder = ROOT / "tests" / place.parent
    if any(folder.glob(f"test_{place.stem}.py")) or any(folder.glob(f"test_{place.stem}_*.py")):
        return True
    name = ".".join(("lockstep", *place.with_suffix("").parts))
    return any(name in imported(path) for path in folder.glob("test_*.py"))


@cache
def imported(path: Path) -> set[str]:
    """The modules that a file imports, both ways of writing it."""
    names: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_every_module_has_a_test_in_the_mirrored_folder() -> None:
    modules = [path for path in tracked(".py") if path.is_relative_to(SRC) and needs_mirror(path)]
    assert [short(module) for module in modules if not has_mirror(module)] == []


def test_scripts_can_be_run() -> None:
    scripts = [".ci/run", "scripts/setup", "requirements/compile"]
    assert [name for name in scripts if not (ROOT / name).stat().st_mode & 0o100] == []


def pins(name: str) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)(?:\[[\w, -]+\])?==([^\s;]+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE)
    return {_normal(package): version for package, version in found}


def _normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def test_requirement_files_hold_what_the_project_needs() -> None:
    """`make lock` brings them up to date."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {_normal(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in project["dependencies"]}
    assert needed - pins("main.txt").keys() == set()
    assert pins("main.txt").items() - pins("dev.txt").items() == set()


def test_a_package_that_is_wanted_with_an_extra_is_pinned_with_it() -> None:
    """Older versions of pip take the newest version of it otherwise, and miss its hash; `make lock` gets it right."""
    text = (ROOT / "requirements" / "dev.txt").read_text()
    lines = re.findall(r"^([\w.-]+)\[([\w, -]+)\]==", text, re.MULTILINE)
    pinned = {_normal(package): {extra.strip() for extra in extras.split(",")} for package, extras in lines}
    wanted = [Requirement(line) for package in pins("dev.txt") for line in _requires(package)]
    plain = [one for one in wanted if one.extras and (one.marker is None or one.marker.evaluate({"extra": ""}))]
    assert [str(one) for one in plain if not one.extras <= pinned.get(_normal(one.name), set())] == []


def _requires(package: str) -> list[str]:
    """What an installed package needs; nothing for one that this system does not need."""
    try:
        return requires(package) or []
    except PackageNotFoundError:
        return []


def test_the_wheel_holds_what_migrations_need(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    for side in ("idp", "center"):
        for needed in ("__init__.py", "env.py", "script.py.mako", "versions/0001_first.py"):
            assert f"lockstep/{side}/migrations/{needed}" in names
    for needed in ("kit/web/static/lockstep.css", "kit/web/templates/kit/base.html"):
        assert f"lockstep/{needed}" in names
    pages = [path.relative_to(SRC.parent).as_posix() for path in SRC.rglob("*.html")]
    assert [page for page in pages if page not in names] == []


def commands() -> list[tuple[str, list[str]]]:
    """The `make …` and `lockstep …` lines in the code blocks of every document, with where they stand."""
    found = []
    for document in tracked(".md"):
        for block in re.findall(r"^```(?:sh|bash|console|text)?\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                words = _words(line)
                if words[:1] in (["make"], ["lockstep"]):
                    found.append((short(document), words))
    return found


def _words(line: str) -> list[str]:
    shown = line.strip().removeprefix("$ ").removeprefix(".venv/bin/")
    try:
        words = shlex.split(shown, comments=True)
    except ValueError:
        return []
    ends = [index for index, word in enumerate(words) if word in ("|", "&&", ";", ">", "&")]
    return words[: ends[0]] if ends else words


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def unknown_in_make(words: list[str]) -> list[str]:
    return [word for word in words if "=" not in word and word not in make_targets()]


def unknown_in_lockstep(words: list[str]) -> list[str]:
    """The words of a command line that name no command or option."""
    side, *rest = words
    if side == "demo":
        return [] if find_spec("lockstep.cli.demo") else [side]
    if side not in ("idp", "center"):
        return [side]
    command: Any = get_command(import_module(f"lockstep.cli.{side}").app)
    while rest and not rest[0].startswith("-") and hasattr(command, "commands"):
        if rest[0] not in command.commands:
            return [rest[0]]
        command = command.commands[rest[0]]
        rest = rest[1:]
    options = {"--help", *(option for param in command.params for option in (*param.opts, *param.secondary_opts))}
    return [word for word in rest if word.startswith("--") and word.split("=")[0] not in options]


UNKNOWN: dict[str, Callable[[list[str]], list[str]]] = {"make": unknown_in_make, "lockstep": unknown_in_lockstep}


def test_documents_name_commands_that_exist() -> None:
    wrong = [(place, " ".join(words), UNKNOWN[words[0]](words[1:])) for place, words in commands()]
    assert [line for line in wrong if line[2]] == []


@pytest.mark.parametrize("words", [["make", "nothing"], ["lockstep", "nothing"]])
def test_a_command_that_does_not_exist_is_seen(words: list[str]) -> None:
    assert UNKNOWN[words[0]](words[1:]) == ["nothing"]


def test_every_library_stands_behind_its_wall() -> None:
    """`scim`, `saml` and `iam` know no database and no web framework."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    walled = {module for contract in contracts if "libraries" in contract["name"] for module in contract["source_modules"]}
    there = {f"lockstep.{name}" for name in ("scim", "saml", "iam") if (SRC / name / "__init__.py").exists()}
    assert there - walled == set()
