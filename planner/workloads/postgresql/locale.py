"""The locales of a cluster: without them postgres does not start, or sorts otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from planner.model import Host, Pin
from planner.service import pins

_PLAIN = re.compile(r"(C|POSIX|C\.(UTF-8|utf8))?")
_NAME = re.compile(r"([a-z]{2,3}_[A-Z]{2})\.(?i:(utf-?8)|iso-?8859-?(\d{1,2}))(@[a-z]{2,12})?")


def made(host: Host, settings: Mapping[str, str]) -> tuple[str, ...]:
    """Locales that a Debian image makes, as ``de_CH.UTF-8`` or ``de_DE.ISO-8859-15@euro``."""
    debian = host.os.value is not None and host.os.value.family == "debian"
    return tuple(sorted({_canonical(n) for n in _named(settings)} - {""})) if debian else ()


def packages(host: Host, settings: Mapping[str, str]) -> tuple[Pin, ...]:
    """What the locales are made from: Debian's ``locales``; of Red Hat, the packs as they are."""
    named = _named(settings)
    if not named:
        return ()
    reason = f"the cluster's locale ({', '.join(named)})"
    if made(host, settings):
        for name in ("locales", "locales-all"):
            if found := pins.pin(host, name, reason):
                pin = found.pin.replace(name, "locales", 1)
                return (replace(found, name="locales", pin=pin),)
        return (Pin("locales", "", "locales", reason),)
    packs = sorted({f"glibc-langpack-{name.partition('_')[0]}" for name in named})
    return pins.pins(host, [(name, reason) for name in (*packs, "glibc-all-langpacks")])


def unknowns(settings: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each locale that is not told apart: its character set is the machine's."""
    return tuple(
        f"How the locale {name!r} of its configuration is made in the image is not known."
        for name in _named(settings)
        if not _canonical(name)
    )


def _named(settings: Mapping[str, str]) -> tuple[str, ...]:
    values = {v for k, v in settings.items() if k.startswith("lc_") and not _PLAIN.fullmatch(v)}
    return tuple(sorted(values))


def _canonical(name: str) -> str:
    match = _NAME.fullmatch(name)
    if match is None:
        return ""
    charmap = "UTF-8" if match[2] else f"ISO-8859-{int(match[3])}"
    return f"{match[1]}.{charmap}{match[4] or ''}"
