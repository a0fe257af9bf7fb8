"""Mappings of the directory: conditions about users that give roles, a group, a status, or values of attributes."""
