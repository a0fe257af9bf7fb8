"""Parameters as others see them: OneLogin's API."""
