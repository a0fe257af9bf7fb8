"""An instance: one AWS IAM Identity Center with its identity store, SCIM endpoint and access tokens.  Instances never see each other."""
