"""`lockstep center …`: one module for each group of commands."""

import typer

from lockstep.cli.center import admin, attributes, directory, idp, instance, provisioning, serve, sessions, token

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.command("serve")(serve.serve)
app.add_typer(admin.app, name="admin", help="Administrators of this centre.")
app.add_typer(instance.app, name="instance", help="Instances: each a centre of its own, which never sees another.")
app.add_typer(provisioning.app, name="provisioning", help="Automatic provisioning: the SCIM endpoint of an instance.")
app.add_typer(token.app, name="token", help="Access tokens of a SCIM endpoint.")
app.add_typer(idp.app, name="idp", help="Identity providers that an instance trusts.")
app.command("metadata")(idp.metadata)
app.add_typer(attributes.app, name="attributes", help="Attributes for access control: what becomes a session tag.")
app.command("sessions")(sessions.sessions)
app.command("users")(directory.users)
app.command("groups")(directory.groups)
app.command("trail")(directory.trail)

__all__ = ["app"]
