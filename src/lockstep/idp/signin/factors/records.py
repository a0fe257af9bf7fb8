"""What is kept of somebody's device."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    """The one device of a person.  `confirmed_at` is 0 until a code of it was given: until then it asks for nothing."""

    user_id: int
    sealed: bytes
    created_at: int
    confirmed_at: int
    last_step: int
    """The time step whose code was taken last: that code, and those before it, are not taken again."""
