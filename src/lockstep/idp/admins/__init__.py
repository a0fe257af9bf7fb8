"""Administrators of this identity provider, and their sessions."""
