"""Groups: containers of a security policy.  A user is in at most one; who is in none has the default policy."""
