"""What an app says about SAML: who its service provider is, and what that is told."""
