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
    entitlements,
    events,
    evidence,
    failures,
    groups,
    installation,
    logins,
    mappings,
    nesting,
    people,
    policies,
    provisioning,
    rules,
    serving,
    signin,
    template,
    whynothing,
)

app = typer.Typer(no_args_is_help=True)
directory.mount(app)
events.mount()
people.mount()
nesting.mount()
mappings.mount(app)
apps.mount(app)
connections.mount()
rules.mount()
whynothing.mount(apps.apps_app)
connectors.mount()
template.mount()
logins.mount()
entitlements.mount()
provisioning.mount(app)
groups.mount(app)
failures.mount(app)
serving.mount(app)
signin.mount(app)
certificates.mount(app)
admin.mount(app)
api_credentials.mount(app)
policies.mount(app)
installation.mount(app)
evidence.mount(app)
