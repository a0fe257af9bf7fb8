"""Credentials of programs (Developers > API Credentials), and the access tokens that they are given."""
