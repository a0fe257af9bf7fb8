"""`lockstep idp …`: the identity provider's commands."""

import typer

from lockstep.cli.idp import admin, apps, certificates, connections, directory, provisioning, rules, serving, signin

app = typer.Typer(no_args_is_help=True)
directory.mount(app)
apps.mount(app)
connections.mount()
rules.mount()
provisioning.mount(app)
serving.mount(app)
signin.mount(app)
certificates.mount(app)
admin.mount(app)
