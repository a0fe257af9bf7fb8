"""Users: `/api/2/users`, and what version 1 does with one of them."""
