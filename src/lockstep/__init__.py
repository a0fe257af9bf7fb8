"""Lockstep keeps an identity provider (`idp`) and an identity centre (`center`) in lockstep over SCIM 2.0 and SAML 2.0."""

__version__ = "0.1.0"
