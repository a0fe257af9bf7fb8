"""Days, as conditions count them: those of the calendar, in UTC.  Pure."""

DAY_MS = 24 * 60 * 60 * 1000


def day_of(at: int) -> int:
    """The day of an instant in ms, counted from 1970."""
    return at // DAY_MS


def days_since(today: int, at: int) -> int | None:
    """How many days ago an instant was, 0 for today; None for never (0)."""
    return max(0, today - day_of(at)) if at else None
