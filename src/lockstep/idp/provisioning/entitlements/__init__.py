"""Entitlements: the groups that a target has, as they were when it was last read.

OneLogin keeps such a list to choose from; here it also says what is ours, what was adopted, what is foreign, and what is gone.
"""
