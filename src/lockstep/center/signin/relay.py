"""RelayState: comes back from an identity provider, so it is believed as little as anything that a stranger sends."""

LONGEST = 80
"""Bytes (SAML Bindings 3.4.3 and 3.5.3)."""
_PLAIN = frozenset(map(chr, range(0x21, 0x7F))) - frozenset('\\"<>^`{|}')


def is_path(text: str) -> bool:
    """Whether `text` is a path on this server and can be nothing else: `/…` in characters of an address, and not `//…`."""
    return len(text) <= LONGEST and text.startswith("/") and not text.startswith("//") and _PLAIN.issuperset(text)
