"""The words by which people are found: kept beside them, written with them, in the same transaction."""
