"""Finds people by words, and by what they have in common."""
