"""`lockstep idp …`: the identity provider's commands."""

import typer

from lockstep.cli.idp import (
    admin,
    apps,
    certificates,
    directory,
    evidence,
    installation,
    provisioning,
    rules,
    serving,
    signin,
)

app = typer.Typer(no_args_is_help=True)
directory.mount(app)
apps.mount(app)
rules.mount()
provisioning.mount(app)
serving.mount(app)
signin.mount(app)
certificates.mount(app)
admin.mount(app)
installation.mount(app)
evidence.mount(app)
