"""The workers on one identity provider's data: who is at work, which app each works on, and that nobody writes out of turn."""
