"""The SCIM JSON Template of an app: what is sent for a person, as one JSON object with OneLogin's macros in it.

`reading` finds every value's line, `macros` are what can stand in braces, `checking` holds it against the target's schema,
`compiling` makes of it what writes a document, `seeing` what reads the same part of what a target holds.
"""
