"""The certificates of the identity provider: which key signs, and which are told to service providers."""
