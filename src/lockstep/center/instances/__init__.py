"""An instance: one identity store with its SCIM endpoint and access tokens.  Instances never see each other."""
