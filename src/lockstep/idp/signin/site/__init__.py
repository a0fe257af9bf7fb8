"""The pages of signing in, and the endpoints of the SAML identity provider."""
