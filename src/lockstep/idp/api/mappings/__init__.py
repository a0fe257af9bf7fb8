"""Mappings: `/api/2/mappings`."""
