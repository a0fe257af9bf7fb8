"""Attributes for access control (AWS user guide): which attributes of a person become session tags, and from where."""
