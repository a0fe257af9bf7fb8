"""What a target can do: what it says of itself, what its answers have shown since, and what Lockstep makes of both."""
