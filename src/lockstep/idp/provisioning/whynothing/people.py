"""Checks of who has the app, and of what feeds its groups.  Pure."""

from lockstep.idp.provisioning.whynothing.fixes import command
from lockstep.idp.provisioning.whynothing.records import Facts, Finding, Fix
from lockstep.idp.provisioning.whynothing.words import attention, counted, ok, problem

_NAMED = 5


def assigned(facts: Facts) -> Finding:
    """Whether anybody has the app."""
    fix = Fix("Give it to people in Access", "access", command=command(facts, "app assign {app} --everyone"))
    if not facts.everyone and not facts.roles:
        return problem("assigned", "Access", "Nobody has the app: it is given neither to everyone nor to a role.", fix)
    if not facts.people:
        given = "everyone" if facts.everyone else counted(facts.roles, "role")
        return problem("assigned", "Access", f"Nobody has the app: it is given to {given}, and nobody is there.", fix)
    return ok("assigned", "Access", f"{counted(facts.people, 'user')} {'has' if facts.people == 1 else 'have'} the app.")


def approved(facts: Facts) -> Finding:
    """People who are not approved have no app, whatever their roles."""
    if not facts.unapproved:
        return ok("approved", "Unapproved people", "Everybody to whom the app is given is approved.")
    are, have = ("is", "has") if facts.unapproved == 1 else ("are", "have")
    text = f"{counted(facts.unapproved, 'user')} to whom the app is given {are} not approved, and so {have} none."
    fix = Fix("Look at who it is", "/admin/users?state=0", command="users --where state=unapproved")
    return attention("approved", "Unapproved people", text, fix)


def pilot(facts: Facts) -> Finding:
    """The limits of a pilot."""
    settings = facts.app.settings
    who = [f"people of the role {settings.pilot_role}"] if settings.pilot_role else []
    who += [counted(settings.pilot_people, "person").replace("persons", "people")] if settings.pilot_people else []
    said = [f"It is limited to {' and to '.join(who)}: others are left as they are."] if who else []
    said += ["It only makes what is missing: nothing is changed or deleted."] if settings.creates_only else []
    if not said:
        return ok("pilot", "Pilot", "The app is let loose: it is limited to nobody.")
    values = "pilot-role= pilot-people=0 creates-only=off"
    fix = Fix("Let it loose in Provisioning", "provisioning", command=command(facts, f"app set {{app}} {values}"))
    return attention("pilot", "Pilot", " ".join(said), fix)


def groups(facts: Facts) -> Finding:
    """“Include in User Provisioning” of the parameter Groups: groups are silently not sent without it."""
    if facts.app.settings.groups:
        return ok("groups", "Groups", "Groups are sent.")
    fix = Fix("Parameters > Groups", "parameters/groups", command=command(facts, "app set {app} groups=on"))
    off = "“Include in User Provisioning” of the parameter Groups is off"
    if facts.rules_on:
        return problem("groups", "Groups", f"Rules set Groups in vain: {off}, and no group is sent.", fix)
    return attention("groups", "Groups", f"Groups are not sent: {off}.", fix)


def rules(facts: Facts) -> Finding:
    """Rules that were saved and are not in force."""
    if not facts.rules_pending:
        return ok("rules", "Rules", "What was saved is in force.")
    text = "Rules were changed and are not applied: until then the rules before are in force."
    fix = Fix("See what would change, and apply them", "rules/preview", command=command(facts, "app rule {app} --preview"))
    return problem("rules", "Rules", text, fix)


def mappings(facts: Facts) -> Finding:
    """Mappings of the directory that were saved and are not reapplied."""
    if not facts.mappings_pending:
        return ok("mappings", "Mappings", "No mapping was changed since they were last reapplied to everybody.")
    text = "Mappings were changed since they were last reapplied, or not everybody has been brought to them yet."
    fix = Fix("See whom they change, and reapply them", "/admin/mappings/preview", command="mapping preview")
    return attention("mappings", "Mappings", text, fix)


def twice(facts: Facts) -> Finding:
    """A group that several things feed goes only when the last of them does."""
    if not facts.twice:
        return ok("twice", "Groups fed twice", "Each group has one source.")
    some = [f"{one.group} by {' and '.join(one.feeders[:_NAMED])}" for one in facts.twice[:_NAMED]]
    more = f", and {len(facts.twice) - _NAMED:,} more" if len(facts.twice) > _NAMED else ""
    count = counted(len(facts.twice), "group")
    text = f"{count} {'is' if len(facts.twice) == 1 else 'are'} fed by several sources: {'; '.join(some)}{more}."
    fix = Fix("Groups: each with what feeds it", "groups", command=command(facts, "groups {app}"))
    text += " Such a group has the members of all, and goes only with the last."
    return attention("twice", "Groups fed twice", text, fix)


PEOPLE = (assigned, approved, pilot, groups, rules, mappings, twice)
"""These checks, in their order."""
