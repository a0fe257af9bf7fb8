"""What an administrator may do with a template: checked, written, told, and nothing where it is wrong."""

import json

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.capabilities import actions as capabilities
from lockstep.idp.apps.capabilities.records import Found
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.template import actions
from lockstep.idp.apps.template.standard import standard
from lockstep.kit.db import Database
from tests.idp.apps.test_actions import create, last, write

NAME = "urn:ietf:params:scim:schemas:core:2.0:User"
GOOD = f'{{\n  "schemas": ["{NAME}"],\n  "userName": "{{$parameters.badge}}"\n}}\n'
BADGE = Parameter("badge", "custom_attribute_badge", False, in_provisioning=True)


def test_it_is_kept_as_it_was_written_and_taken_back(each: Database) -> None:
    with write(each) as c:
        app = create(c)
        assert actions.template_of(c, app) == (standard(), False)
        assert not actions.reset_template(c, app, 7, actor="ada")
        apps.set_parameter(c, app, BADGE, 6)
        assert actions.set_template(c, app, GOOD, 7, actor="ada")
        assert actions.template_of(c, app) == (GOOD, True)
        told = last(c)
        assert (told.type.value, told.actor, told.app_name, told.notes) == (
            "app.updated",
            "ada",
            "aws",
            "the SCIM JSON Template",
        )
        assert not actions.set_template(c, app, GOOD, 8, actor="ada")
        assert actions.recipe_of(c, app).template == {"schemas": [NAME], "userName": "{$parameters.badge}"}
        assert actions.reset_template(c, app, 9, actor="ada")
        assert actions.template_of(c, app) == (standard(), False)
        assert actions.recipe_of(c, app).template is None


def test_one_with_faults_changes_nothing(each: Database) -> None:
    with write(each) as c:
        app = create(c)
        with pytest.raises(actions.TemplateProblem) as raised:
            actions.set_template(c, app, GOOD, 7, actor="ada")
        assert [one.pointer for one in raised.value.faults] == ["/userName"]
        assert "line 3, /userName: {$parameters.badge} is not known" in str(raised.value)
        assert actions.template_of(c, app) == (standard(), False)
        assert last(c).type.value == "app.created"


def test_what_the_target_says_of_its_schemas_is_what_it_is_checked_against(each: Database) -> None:
    attributes = [{"name": "userName"}, {"name": "badge"}]
    said = json.dumps({"Resources": [{"id": NAME, "attributes": attributes}]})
    text = f'{{"schemas": ["{NAME}"], "userName": "{{$user.email}}", "badge": "{{$user.title}}"}}'
    with write(each) as c:
        app, known = create(c), create(c, name="sso", connector="aws-iam-identity-center")
        assert [one.pointer for one in actions.faults(c, app, text)] == ["/badge"]
        for one in (app, known):
            capabilities.record(c, one, Found(asked_at=3, schemas=said), 4, actor="ada")
        assert capabilities.found_of(c, app) == Found(asked_at=3)
        assert actions.faults(c, app, text) == []
        assert [one.pointer for one in actions.faults(c, known, text)] == ["/badge"]  # AWS's are known


@pytest.mark.parametrize("text", ["[]", "3"])
def test_what_is_no_object_is_no_recipe(each: Database, text: str) -> None:
    with write(each) as c, pytest.raises(actions.TemplateProblem):
        actions.written(c, create(c), text)
