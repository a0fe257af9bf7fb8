"""The tables of the identity provider: one metadata, which each feature's `store.py` adds its tables to."""

import sqlalchemy as sa

metadata = sa.MetaData()
