"""Rules of an app: who is in which group at the target, by conditions and patterns."""
