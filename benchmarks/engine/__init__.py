"""Requests against the floor: made rosters through the real command line into a real identity centre."""
