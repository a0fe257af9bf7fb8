"""What is known of somebody's comings and goings (OneLogin's fields of a user of these names)."""

import msgspec


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Instants in ms, 0 for never; `invalid_login_attempts` counts failures since the last success or lock-out."""

    activated_at: int = 0
    last_login: int = 0
    invitation_sent_at: int = 0
    password_changed_at: int = 0
    locked_until: int = 0
    invalid_login_attempts: int = 0
