"""`lockstep center …`: one module for each group of commands."""

import typer

from lockstep.cli.center import admin, directory, instance, provisioning, serve, token

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.command("serve")(serve.serve)
app.add_typer(admin.app, name="admin", help="Administrators of this centre.")
app.add_typer(instance.app, name="instance", help="Instances: each a centre of its own, which never sees another.")
app.add_typer(provisioning.app, name="provisioning", help="Automatic provisioning: the SCIM endpoint of an instance.")
app.add_typer(token.app, name="token", help="Access tokens of a SCIM endpoint.")
app.command("users")(directory.users)
app.command("groups")(directory.groups)
app.command("trail")(directory.trail)

__all__ = ["app"]
