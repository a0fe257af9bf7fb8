"""Groups, which are security policies: `/api/1/groups`."""
