"""URLs in configuration, taken apart: nothing is asked of anybody, and nothing raised."""

from __future__ import annotations

from urllib.parse import SplitResult, unquote, urlsplit

_NONE = SplitResult("", "", "", "", "")


def split(text: str) -> SplitResult:
    """The parts of a URL, empty ones of what is none. Its port: :func:`port`."""
    try:
        return urlsplit(text.strip().strip("\"'"))
    except ValueError:
        return _NONE


def port(parts: SplitResult) -> int | None:
    """Port of a URL; None: it says none, or what is no port."""
    try:
        return parts.port
    except ValueError:
        return None


def decoded(text: str) -> str:
    """Text without percent signs, as ``ldapi://%2Frun%2Fslapd`` says a path."""
    return unquote(text)
