"""`lockstep demo`."""


def demo() -> None:
    """Run both sides and walk through the guide."""
