"""Users, groups and memberships of an identity store."""
