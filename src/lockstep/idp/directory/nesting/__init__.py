"""Roles inside roles: whoever is in a role is, for apps, in every role above it, too."""
