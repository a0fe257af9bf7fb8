"""What a custom user field is."""

import msgspec


class CustomField(msgspec.Struct, frozen=True, kw_only=True):
    """One field.  `shortname` is the key of its values in `User.custom`, and never changes; `name` is the label.

    Sources of parameters, rules and mappings write it `custom_attribute_<shortname>`.
    """

    name: str
    shortname: str
    position: int = 0
    id: int = 0
