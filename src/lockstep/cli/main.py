"""The command `lockstep`."""

import gc
import sys

import typer

from lockstep.cli.output import Exit, note
from lockstep.kit.problems import Problem

app = typer.Typer(
    name="lockstep",
    help="Keeps an identity provider and an identity centre in lockstep, over SCIM 2.0 and SAML 2.0.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """Keeps `lockstep` an app of commands also where only one of them is mounted."""


def _mount() -> None:
    """Adds the commands of the side that is asked for; importing the other would only cost time.

    So would looking for garbage among what is imported: a fifth of the time until a command begins.  All of it stays.
    """
    gc.disable()
    _import_commands()
    gc.freeze()
    gc.enable()


def _import_commands() -> None:
    asked = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    if asked not in ("idp", "demo"):
        from lockstep.cli.center import app as center

        app.add_typer(center, name="center", help="The identity centre: instances, SCIM endpoint, users and groups, sign-in.")
    if asked not in ("center", "demo"):
        from lockstep.cli.idp import app as idp

        app.add_typer(idp, name="idp", help="The identity provider: directory, apps, provisioning, sign-in.")
    if asked not in ("idp", "center"):
        from lockstep.cli.demo import demo

        app.command("demo")(demo)


def main() -> None:
    """Run the command line; a problem ends it with its message and exit code 1."""
    try:
        _mount()
        app()
    except Problem as problem:
        note(f"lockstep: {problem}")
        sys.exit(Exit.PROBLEM)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


if __name__ == "__main__":
    main()
