"""Administrators of this identity centre."""
