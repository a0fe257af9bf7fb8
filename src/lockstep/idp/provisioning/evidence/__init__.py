"""Evidence that both sides are equal: signed records, one for each check, each naming the one before.

`making` checks and plans, `signing` signs and verifies, `chain` says whether one is missing, `actions` keep and give them.
"""
