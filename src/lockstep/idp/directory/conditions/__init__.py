"""Conditions about users, as rules of apps and mappings of the directory have them: operators, patterns, macros.  Pure."""
