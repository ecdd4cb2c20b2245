"""Whether a value is clearly no secret, whatever its name says.

The machine masks what has a secret's name or shape; this is the second look, before a value of a
unit's Environment= lands in an image, a plan or a report.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z0-9._:/,;@+=%*~-]*")
_PATH = re.compile(r"(-{0,2}[A-Za-z0-9_.-]*[=:])?(~|\.{1,2})?/|[A-Za-z][A-Za-z0-9+.-]*://")
_PADDED = re.compile(r"[A-Za-z0-9+/_-]{10,}={1,2}")
_LOGIN = re.compile(r"\w+:[^/@\s]+@")
"""A name, a password and the host that follows; with or without a scheme before it."""

_LONGEST = 40
_LONGEST_WHOLE = 300
"""Of a path, a URL or an option; their parts may have 40."""


def plain(value: str) -> bool:
    """True for booleans, numbers, paths, addresses, names and short words, or several of them.

    False for a word of unusual characters, of more than 40 of them, or one that looks random. A
    value that is not plain may still be harmless; who knows is the operator.
    """
    return all(_plain_word(word) for word in value.split())


def _plain_word(word: str) -> bool:
    if not _WORD.fullmatch(word) or _LOGIN.search(word):
        return False
    path = bool(_PATH.match(word))
    long = path or word.startswith("-")
    if len(word) > (_LONGEST_WHOLE if long else _LONGEST):
        return "," in word and all(_plain_word(part) for part in word.split(","))
    # In a base64 text the slash is a letter, in a path it is none.
    parts = re.split(r"[/:,;.@=%*~+]+" if path else r"[:,;.@=%*~]+", word)
    return not _PADDED.fullmatch(word) and not any(
        len(part) > _LONGEST or _random(part) for part in parts
    )


def _random(text: str) -> bool:
    letters = re.sub(r"[-_]", "", text)
    if len(letters) >= 24 and re.fullmatch(r"[0-9A-Fa-f]+", letters) and not letters.isdigit():
        return True
    kinds = (r"[a-z]", r"[A-Z]", r"[0-9]")
    if len(text) >= 16 and all(re.search(kind, text) for kind in kinds):
        return True
    # Letters and digits, or small and capital ones, that take turns as no word's do.
    for run in re.findall(r"[A-Za-z0-9+/]{12,}", text):
        turns = len(re.findall(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])", run))
        humps = len(re.findall(r"[a-z](?=[A-Z])", run))
        if turns >= 4 or (len(run) >= 16 and humps * 4 >= len(run)):
            return True
    return text.isdigit() and len(text) > 20
