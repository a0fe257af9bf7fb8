"""Sign-in: the SAML service provider, the sessions that it makes, and the AWS access portal."""
