"""How messages travel: in a form (HTTP-POST) or in an address (HTTP-Redirect)."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, unquote_plus

from lockstep.saml.keys import verify_octets
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.xml import LONGEST

_BLANKS: Final = re.compile(r"[ \r\n]+")
_INFLATED_MOST: Final = 65_536
_MESSAGES: Final = ("SAMLRequest", "SAMLResponse")
_SIGNED: Final = (*_MESSAGES, "RelayState", "SigAlg")
_SIGNATURE: Final = "Signature"


def decode_post(value: str, *, longest: int = LONGEST) -> bytes:
    """The XML in a form field: strict base64, line breaks and spaces allowed (SAML Bindings 3.5.4).

    SamlProblem: too_large (checked before anything is decoded), bad_base64.
    """
    if len(value) > 2 * longest:
        raise SamlProblem(Reason.TOO_LARGE, f"{len(value)} characters of base64")
    raw = _strict_base64(_BLANKS.sub("", value))
    if len(raw) > longest:
        raise SamlProblem(Reason.TOO_LARGE, f"{len(raw)} bytes, {longest} at most")
    return raw


def encode_post(xml: bytes) -> str:
    """The value of the form field for a message."""
    return base64.b64encode(xml).decode("ascii")


def redirect_url(location: str, xml: bytes, relay_state: str | None, *, parameter: str = "SAMLRequest") -> str:
    """`location` with the message and, where there is one, the relay state (SAML Bindings 3.4.4.1)."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = base64.b64encode(packer.compress(xml) + packer.flush()).decode("ascii")
    query = f"{parameter}={quote(packed, safe='')}"
    if relay_state is not None:
        query += f"&RelayState={quote(relay_state, safe='')}"
    return f"{location}{'&' if '?' in location else '?'}{query}"


def decode_redirect(value: str) -> bytes:
    """The XML in a parameter of an address, percent-decoded already: base64 of raw DEFLATE, at most 64 KiB when inflated.

    SamlProblem: too_large, bad_base64 (also for what does not inflate, ends early, or goes on after its end).
    """
    if len(value) > 2 * _INFLATED_MOST:
        raise SamlProblem(Reason.TOO_LARGE, f"{len(value)} characters of base64")
    packed = _strict_base64(value)
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        xml = inflater.decompress(packed, _INFLATED_MOST)
        if not inflater.eof and (inflater.unconsumed_tail or inflater.decompress(b"", 1)):
            raise SamlProblem(Reason.TOO_LARGE, f"more than {_INFLATED_MOST} bytes when inflated")
    except zlib.error as wrong:
        raise SamlProblem(Reason.BAD_BASE64, f"does not inflate: {wrong}") from wrong
    if not inflater.eof or inflater.unused_data:
        raise SamlProblem(Reason.BAD_BASE64, "the packed message ends early, or goes on after its end")
    return xml


def single_parameter(pairs: Iterable[tuple[str, str]], name: str) -> str:
    """The value of a parameter that came exactly once.

    SamlProblem bad_binding otherwise: two readers could choose differently.
    """
    values = [value for key, value in pairs if key == name]
    if len(values) != 1:
        raise SamlProblem(Reason.BAD_BINDING, f"{len(values)} × {name}, one expected")
    return values[0]


def verify_redirect_signature(raw_query: bytes, certificates: Iterable[bytes]) -> None:
    """That one of the certificates signed the query string, over the octets as they came (SAML Bindings 3.4.4.1).

    SamlProblem: bad_binding (a parameter twice, or spelt so that readers could differ), unsigned, bad_base64, bad_algorithm,
    bad_key, bad_signature.
    """
    raw = _raw_parameters(raw_query)
    if "SigAlg" not in raw or _SIGNATURE not in raw:
        raise SamlProblem(Reason.UNSIGNED, "no SigAlg or no Signature")
    if sum(name in raw for name in _MESSAGES) != 1:
        raise SamlProblem(Reason.BAD_BINDING, "no message, or two")
    octets = "&".join(f"{name}={raw[name]}" for name in _SIGNED if name in raw).encode("latin-1")
    signature = _strict_base64(unquote_plus(raw[_SIGNATURE]))
    verify_octets(octets, signature, unquote_plus(raw["SigAlg"]), certificates)


def _raw_parameters(raw_query: bytes) -> dict[str, str]:
    """Name → value still encoded, of the parameters that count.  Latin-1 stands for the octets themselves."""
    found: dict[str, str] = {}
    for pair in raw_query.decode("latin-1").split("&"):
        raw_name, _, value = pair.partition("=")
        name = unquote_plus(raw_name)
        if name not in (*_SIGNED, _SIGNATURE):
            continue
        if name in found or name != raw_name:
            raise SamlProblem(Reason.BAD_BINDING, f"{name} twice, or spelt in another way")
        found[name] = value
    return found


def _strict_base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as wrong:
        raise SamlProblem(Reason.BAD_BASE64, str(wrong)[:100]) from wrong
    if not raw or base64.b64encode(raw).decode("ascii") != text:
        raise SamlProblem(Reason.BAD_BASE64, "nothing, or bits after the end")
    return raw
