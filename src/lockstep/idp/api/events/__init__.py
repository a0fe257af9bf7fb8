"""Events: `/api/1/events`, `/api/1/events/types`."""
