"""The administrators' pages, below /admin.  They call actions and hold no rules."""
