"""The access tokens of an app: the one in use, and a second one beside it while they are changed."""
