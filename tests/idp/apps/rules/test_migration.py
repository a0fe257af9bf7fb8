"""Rules that were kept while each had one action, which set Groups."""

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from lockstep.idp.apps.rules import store
from lockstep.idp.apps.rules.records import Existing, Mapped, Rule
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.migrations import FOLDER, HEAD
from lockstep.kit.db import Database
from lockstep.kit.migrate import alembic_config, engine_of, migrate

APP = (
    "INSERT INTO apps (id, name, connector, scim_url, allow_loopback, settings, stopped, quarantine, connected_at, "
    "connect_problem, created_at) VALUES (7, 'aws', 'scim2', 'https://x.example', 0, '{}', 0, '', 0, '', 5)"
)
RULE = (
    "INSERT INTO app_rules (app_id, position, name, enabled, match, conditions, action) "
    "VALUES (7, :position, :name, 1, 'all', :conditions, :action)"
)
SALES = '[{"source":"department","operator":"equals","value":"Sales"}]'
MAP, NAMED = '{"type":"map","source":"role","pattern":"AWS-(.*)"}', '{"type":"existing","names":["Stab","Økonomi"]}'
APPLIED = f'[{{"name":"Named","action":{NAMED},"match":"any","conditions":{SALES},"enabled":false,"id":2}}]'


def test_they_are_as_they_were(each_database: Database) -> None:
    revisions = ScriptDirectory.from_config(alembic_config(FOLDER)).walk_revisions()
    [before] = [one.down_revision for one in revisions if one.path.endswith("_actions_of_rules.py")]
    assert isinstance(before, str)
    migrate(each_database, FOLDER, before)
    with engine_of(each_database).begin() as c:
        c.execute(sa.text(APP))
        c.execute(sa.text(RULE), {"position": 1, "name": "Map", "conditions": SALES, "action": MAP})
        c.execute(sa.text(RULE), {"position": 2, "name": "Named", "conditions": "[]", "action": NAMED})
        c.execute(sa.text("INSERT INTO app_rules_applied VALUES (7, :rules, 9, 'root')"), {"rules": APPLIED})
    migrate(each_database, FOLDER, HEAD)
    mapped, named = (Mapped("role", "AWS-(.*)"),), (Existing(("Stab", "Økonomi")),)
    sales = (Condition("department", "equals", "Sales"),)
    with each_database.read() as c:
        assert store.rules_of(c, 7) == (Rule("Map", mapped, conditions=sales, id=1), Rule("Named", named, id=2))
        assert store.applied(c, 7) == store.Applied((Rule("Named", named, "any", sales, False, 2),), 9, "root")
