"""Between the password and the session: a code, a device to be set up, a password to be changed.

Who has given a right password holds a cookie of another name, whose digest is in another table: it opens these steps, and
nothing else, until they are done.
"""
