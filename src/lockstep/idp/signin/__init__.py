"""Signing in: people with a password here, and from here into apps by SAML."""
