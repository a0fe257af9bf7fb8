"""Roles: `/api/2/roles`, and `/api/1/roles` to read."""
