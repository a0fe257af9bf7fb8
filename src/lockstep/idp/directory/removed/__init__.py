"""Users who were deleted, and can be restored for a while."""
