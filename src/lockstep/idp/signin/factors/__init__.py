"""The second factor: one-time passwords of a device (RFC 6238), and codes for who has lost it."""
