"""How long the pages of the identity provider's console take."""
