"""What both services need and neither owns. Knows nothing of users, groups or SCIM."""
