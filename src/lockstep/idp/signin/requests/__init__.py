"""Requests of service providers that wait until their person has signed in."""
