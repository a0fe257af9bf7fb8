"""People, their roles, and where both come from.

It never calls provisioning: it writes an event in the transaction of the change, and the engine reads the stream.
"""
