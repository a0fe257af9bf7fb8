"""The target of the connector `memory`: a SCIM service provider that is kept here, to try an app before there is a target."""
