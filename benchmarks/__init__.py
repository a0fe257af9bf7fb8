"""What the figures of the README and of `docs/decisions/` come from: `make bench`.

Figures, never tests: nothing here passes or fails by a time.  Only ratios within one run can be compared.
"""
