"""Certificates: the first PEM block of a file, decoded by the library ``cryptography``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from planner.facts.text import Parsed, UnreadableError, fields, not_understood, octal, records
from planner.model import Certificate

if TYPE_CHECKING:
    from cryptography import x509


def parse(text: str) -> Parsed[tuple[Certificate, ...]]:
    r"""Read records ``C <path>\t<mode>\t<uid>\t<gid>\t<1 beside a private key>`` with PEM lines
    prefixed with ``|``; sorted by path. Times are those of the certificate, in UTC.
    """
    found: list[Certificate] = []
    bad: list[str] = []
    for head, body in records(text, "C"):
        try:
            found.append(_certificate(head, body))
        except ValueError:
            bad.append(head or body[0])
    if bad and not found:
        raise UnreadableError(not_understood(bad, "certificate"))
    order = sorted(found, key=lambda c: c.path)
    return Parsed(tuple(order), not_understood(bad, "certificate"))


def _certificate(head: str, body: list[str]) -> Certificate:
    from cryptography import x509

    path, mode, uid, gid, key = fields(head, 5)[:5]
    if not path.startswith("/") or not (uid.isdigit() and gid.isdigit()):
        raise ValueError(head)
    pem = "".join(line[1:] + "\n" for line in body if line.startswith("|"))
    try:
        read = x509.load_pem_x509_certificate(pem.encode())
        return Certificate(
            path=path,
            subject=_name(read.subject),
            issuer=_name(read.issuer),
            names=_names(read),
            not_before=_moment(read.not_valid_before_utc),
            not_after=_moment(read.not_valid_after_utc),
            serial=f"{read.serial_number:x}",
            key=_key(read),
            self_signed=read.subject == read.issuer,
            authority=_authority(read),
            private_key=key == "1",
            mode=octal(mode),
            uid=int(uid[:18]),
            gid=int(gid[:18]),
        )
    except Exception as error:  # what it raises for hostile input is not one family
        raise ValueError(head) from error


def _moment(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _name(name: x509.Name) -> str:
    from cryptography.x509.oid import NameOID

    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def _names(read: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509

    try:
        found = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    dns = found.get_values_for_type(x509.DNSName)
    addresses = (str(a) for a in found.get_values_for_type(x509.IPAddress))
    return tuple(sorted({*dns, *addresses}))


def _authority(read: x509.Certificate) -> bool:
    from cryptography import x509

    try:
        return bool(read.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def _key(read: x509.Certificate) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    try:
        key = read.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return ""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}"
    return type(key).__name__.removeprefix("_").removesuffix("PublicKey")
