"""What belongs to a role besides its members: who administers it."""
