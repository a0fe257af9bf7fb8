"""Commands that mend something.  Pure."""

import shlex

from lockstep.idp.provisioning.whynothing.records import Facts


def command(facts: Facts, text: str) -> str:
    """A command after `lockstep idp`, with the app's name as a shell takes it in the place of `{app}`."""
    return text.replace("{app}", shlex.quote(facts.app.name))
