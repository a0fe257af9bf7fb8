"""Apps: a target, what is sent there, for whom, and under which settings."""
