"""People who sign in: passwords, sessions, and pauses after failures."""
