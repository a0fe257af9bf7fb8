"""Groups one by one: how each stands at a target, what feeds it, and why somebody is in it."""
