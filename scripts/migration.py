"""Writes a version of one side's schema from its tables: `make migration SIDE=idp [MESSAGE="users get a locale"]`.

Without a message it writes the first version anew, which nobody may have used yet.  With one it writes the next version: what
the tables have that the newest version has not.  Read what it wrote before you commit it.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from lockstep.kit.db import SqliteDatabase
from lockstep.kit.migrate import alembic_config, engine_of, load_tables, migrate

SIDES = ("idp", "center")
FIRST = "0001"


class Refused(Exception):
    """Why no version is written."""


def write(side: str, message: str | None) -> Path:
    """Write a version for `side`; the file.  Raises Refused."""
    folder: Path = import_module(f"lockstep.{side}.migrations").FOLDER
    load_tables(f"lockstep.{side}")
    return write_next(folder, message) if message else write_first(folder)


def write_first(folder: Path) -> Path:
    """The first version, written anew.  Raises Refused where there are more."""
    older = _files(folder)
    if len(older) > 1:
        raise Refused('there is more than one version already: give the next one a MESSAGE="what it does"')
    kept = {path: path.read_text() for path in older}
    for path in older:
        path.unlink()
    try:
        return _generate(folder, FIRST, "first", head=None)
    except BaseException:
        for path, text in kept.items():
            path.write_text(text)
        raise


def write_next(folder: Path, message: str) -> Path:
    """The next version.  Raises Refused where there is no first."""
    head = ScriptDirectory.from_config(alembic_config(folder)).get_current_head()
    if head is None:
        raise Refused("there is no first version yet: leave MESSAGE out")
    return _generate(folder, f"{int(head) + 1:04}", message, head=head)


def _generate(folder: Path, revision: str, message: str, head: str | None) -> Path:
    before = set(_files(folder))
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = SqliteDatabase(scratch / "scratch.db")
        stack.callback(database.close)
        if head is not None:
            migrate(database, folder, head)
        engine = engine_of(database)
        stack.callback(engine.dispose)
        _autogenerate(folder, stack.enter_context(engine.connect()), revision, message)
    written = next(iter(set(_files(folder)) - before))
    _tidy(written)
    _set_head(folder, revision)
    return written


def _autogenerate(folder: Path, connection: sa.Connection, revision: str, message: str) -> None:
    config = alembic_config(folder, connection)
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["render_as_batch"] = revision != FIRST
    command.revision(config, message=message, autogenerate=True, rev_id=revision)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "versions").glob("*.py") if path.name != "__init__.py")


def _tidy(path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.lstrip().startswith("# ###")))
    ruff = [sys.executable, "-m", "ruff"]
    subprocess.run([*ruff, "check", "--quiet", "--fix", "--select", "I,F401,UP", path], check=True)
    subprocess.run([*ruff, "format", "--quiet", path], check=True)


def _set_head(folder: Path, revision: str) -> None:
    package = folder / "__init__.py"
    package.write_text(re.sub(r'^HEAD = ".*"$', f'HEAD = "{revision}"', package.read_text(), flags=re.MULTILINE))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("message", nargs="?")
    asked = parser.parse_args()
    try:
        written = write(asked.side, asked.message)
    except Refused as reason:
        sys.exit(f"make migration: {reason}")
    sys.stdout.write(f"wrote {written.relative_to(Path.cwd())}\n")


if __name__ == "__main__":
    main()
