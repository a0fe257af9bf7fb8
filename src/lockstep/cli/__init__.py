"""The command line; it holds no rules of its own."""
