"""What is done with events once they are written: proving that none is missing, showing them as OneLogin does, removing some.

`verify` walks the chain, `sealing` marks with the installation's key how far it was found whole, `retention` removes what is
old, `types`, `onelogin` and `search` are what OneLogin's API of events is made of.
"""
