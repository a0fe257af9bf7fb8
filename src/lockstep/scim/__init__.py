"""SCIM 2.0 (RFC 7643, RFC 7644) as a library: no database, no web framework, no clock.

Read in this order: `messages` (URNs, errors, lists) · `definitions` and `schemas` (what each attribute is) · `syntax`,
`tokens`, `filters`, `paths` (text to tree) · `matching` (tree against resource) · `values` (a value in its canonical form) ·
`patch` and `delta` (inverse of each other) · `dialects` (what real identity providers send) · `resources` (typed records).
"""
