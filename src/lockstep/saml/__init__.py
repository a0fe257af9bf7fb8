"""SAML 2.0 as a library: no database, no clock, no web framework.

Documents are built and read with lxml, signed and verified with signxml; every moment is handed in (milliseconds since 1970).
"""
