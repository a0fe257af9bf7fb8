"""The administrators' console: pages that call actions and hold no rules."""
