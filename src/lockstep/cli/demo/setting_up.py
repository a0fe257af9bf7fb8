"""Steps until both services know each other: the centre with its endpoint, the app at the identity provider, the people."""

import os

from lockstep.cli.demo.company import write_company
from lockstep.cli.demo.processes import StepFailed
from lockstep.cli.demo.screen import Lines, counted, strong
from lockstep.cli.demo.walk import APP, INSTANCE, Chapter, Step, Walk, value

RATE = 1000
"""Requests a second: our own centre does not throttle."""
_SHOWN_OF_TOKEN = 12


def serve_center(walk: Walk) -> Lines:
    """Start the identity centre."""
    walk.result.center_url = walk.serve("center", walk.center_port).url
    return [f"{strong(walk.result.center_url)} answers"]


def create_instance(walk: Walk) -> Lines:
    """Create the instance."""
    made = walk.center("instance", "create", INSTANCE).json()
    walk.portal = walk.result.center_url + value(made, "start_path")
    return [f"Identity store {strong(value(made, 'identity_store_id'))}, apart from every other instance"]


def enable_provisioning(walk: Walk) -> Lines:
    """Switch the SCIM endpoint on, and keep its token."""
    made = walk.center("provisioning", "enable", INSTANCE).json()
    walk.scim_url = walk.result.center_url + value(made, "scim_path")
    walk.token = value(made, "token")
    descriptor = os.open(walk.home.token, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(walk.token)
    until = value(made, "expires_at")[:10]
    return [
        "SCIM endpoint, SCIM_URL from here on:",
        strong(walk.scim_url),
        f"Token {strong(walk.token[:_SHOWN_OF_TOKEN])}…, until {until}; shown once, only its hash is kept",
    ]


def create_app(walk: Walk) -> Lines:
    """Create the app."""
    token_file = str(walk.home.token)
    target = ("--scim-url", walk.scim_url, "--token-file", token_file, "--allow-loopback")
    walk.idp("app", "create", APP, "--connector", "aws-iam-identity-center", *target)
    return ["Made; nothing is sent to the centre before you say so"]


def connect(walk: Walk) -> Lines:
    """Test the connection."""
    found = walk.idp("app", "connect", APP, codes=(0, 1)).json()
    if not value(found, "ok"):
        raise StepFailed(f"{value(found, 'problem')}\n{value(found, 'fix')}")
    return ["The endpoint answers, and takes the token"]


def import_people(walk: Walk) -> Lines:
    """Import the made company, or the folder that was asked for."""
    if walk.made:
        write_company(walk.people)
    found = walk.idp("import", str(walk.people)).json()
    people, roles, seats = (value(value(found, kind), "added") for kind in ("people", "roles", "memberships"))
    whose = "; made up, the same every time" if walk.made else ""
    told = f"{strong(counted(people, 'person', 'people'))}, {strong(counted(roles, 'role'))}, "
    return [f"{told}{strong(counted(seats, 'membership'))}{whose}"]


def assign(walk: Walk) -> Lines:
    """Assign the app to everyone."""
    walk.idp("app", "assign", APP, "--everyone", json=False)
    return ["Everyone has it, now and later"]


def include_groups(walk: Walk) -> Lines:
    """Include the groups, which are off at first."""
    walk.idp("app", "set", APP, "groups=on", f"rate={RATE}", json=False)
    return [
        "They were [bold]off[/], as at OneLogin: no groups would arrive, and so no access",
        "Now each role is the group of its name. rate: AWS takes 20 a second",
    ]


def provisioning_on(walk: Walk) -> Lines:
    """Turn provisioning on."""
    walk.idp("app", "set", APP, "provisioning=on", json=False)
    return ["On; but each change waits for a person, until you switch approval off"]


CENTER = Chapter(
    "The identity centre (AWS's part)",
    (
        Step("serve-center", "Start the centre", serve_center),
        Step("create-instance", "Create an instance", create_instance),
        Step("enable-provisioning", "Enable automatic provisioning", enable_provisioning),
    ),
)
IDP = Chapter(
    "The identity provider (OneLogin's part)",
    (
        Step("create-app", "Create the app", create_app),
        Step("connect", "Connect", connect),
        Step("import", "Import people", import_people),
        Step("assign", "Assign the app to everyone", assign),
        Step("groups", "Include groups", include_groups),
        Step("provisioning", "Turn provisioning on", provisioning_on),
    ),
)
