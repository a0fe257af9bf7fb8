"""People and roles out of OneLogin, by its API."""
