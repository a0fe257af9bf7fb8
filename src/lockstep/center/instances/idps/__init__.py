"""Identity providers that an instance trusts to say who somebody is."""
