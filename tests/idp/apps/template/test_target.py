"""What a target takes of a user."""

from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.apps.template.target import RFC, UserSchemas, attribute_at, of_connector, type_of
from lockstep.scim.definitions import Attribute
from lockstep.scim.messages import ENTERPRISE


def test_a_place_has_an_attribute_or_none() -> None:
    found = attribute_at(RFC, (ENTERPRISE.upper(), "Manager", "VALUE"))
    assert found is not None
    assert found.name == "value"
    assert [attribute_at(RFC, one) for one in (("nothing",), ("urn:x", "y"), ("title", "sub"), ())] == [None] * 4
    assert [type_of(RFC, one) for one in (("emails", "primary"), ("title",), ("nothing",))] == ["boolean", "string", "string"]


def test_what_a_connector_lacks_is_laid_over_what_the_target_says() -> None:
    said = UserSchemas({"ims": Attribute("ims"), "x": Attribute("x")}, {}, "said")
    assert of_connector(CONNECTORS["scim2"], said) is said
    assert of_connector(CONNECTORS["scim2"]) is RFC
    aws = of_connector(CONNECTORS["aws-iam-identity-center"], said)
    assert (sorted(aws.core), aws.words) == (["x"], "AWS IAM Identity Center")
