"""`lockstep idp …`: the identity provider's commands."""

import typer

from lockstep.cli.idp import (
    admin,
    api_credentials,
    apps,
    certificates,
    connections,
    connectors,
    directory,
    events,
    evidence,
    failures,
    groups,
    installation,
    mappings,
    nesting,
    provisioning,
    rules,
    serving,
    signin,
)

app = typer.Typer(no_args_is_help=True)
directory.mount(app)
events.mount()
nesting.mount()
mappings.mount(app)
apps.mount(app)
connections.mount()
rules.mount()
connectors.mount()
provisioning.mount(app)
groups.mount(app)
failures.mount(app)
serving.mount(app)
signin.mount(app)
certificates.mount(app)
admin.mount(app)
api_credentials.mount(app)
installation.mount(app)
evidence.mount(app)
