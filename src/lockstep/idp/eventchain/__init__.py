"""The chain that events hang on: what the digest of a row is, and where the chain has come to.  `idp.events` writes it on."""
