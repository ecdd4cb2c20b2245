"""Whether a value is clearly no secret, whatever its name says.

The machine masks what has a secret's name or shape; this is the second look, before a value of a
unit's Environment= lands in an image, a plan or a report.
"""

from __future__ import annotations

import re

from planner.facts.execline import words
from planner.service.view import MASK

_WORD = re.compile(r"[A-Za-z0-9._:/,;@+=%*~-]*")
_PATH = re.compile(r"-{0,2}[A-Za-z0-9_.-]*[=:]?(~|\.{1,2})?/|[A-Za-z][A-Za-z0-9+.-]*://")
_LONGEST = 40
_LONGEST_PATH = 300


def plain(value: str) -> bool:
    """True for booleans, numbers, paths, addresses, names and short words, or several of them.

    False for a word of unusual characters, of more than 40 of them, or that looks random. A value
    that is not plain may still be harmless; who knows is the operator.
    """
    return all(_plain_word(word) for word in value.split())


def shown(name: str, value: str) -> str:
    """The value of a unit's directive as plan and report may say it."""
    if name.startswith("SetCredential"):
        return f"{value.partition(':')[0]}:{MASK}"
    if name != "Environment":
        return value
    try:
        items = words(value)
    except ValueError:
        return MASK
    kept = [_assignment(item) for item in items]
    if kept == list(items):
        return value
    return " ".join(f'"{item}"' if re.search(r"\s", item) else item for item in kept)


def _assignment(item: str) -> str:
    name, equals, value = item.partition("=")
    if not equals:
        return item if plain(item) else MASK
    return item if MASK in value or plain(value) else f"{name}={MASK}"


def _plain_word(word: str) -> bool:
    if not _WORD.fullmatch(word):
        return False
    path = bool(_PATH.match(word))
    if len(word) > (_LONGEST_PATH if path else _LONGEST):
        return all(_plain_word(part) for part in word.split(",")) if "," in word else False
    # In a base64 text the slash is a letter, in a path it is none.
    parts = re.split(r"[/:,;.@=%*~+]+" if path else r"[:,;.@=%*~]+", word)
    return not _padded(word) and not any(_random(part) for part in parts)


def _padded(word: str) -> bool:
    return word.endswith("=") and len(word) >= 12


def _random(text: str) -> bool:
    letters = re.sub(r"[-_]", "", text)
    if len(letters) >= 24 and re.fullmatch(r"[0-9A-Fa-f]+", letters) and not letters.isdigit():
        return True
    kinds = (r"[a-z]", r"[A-Z]", r"[0-9]")
    if len(text) >= 16 and all(re.search(kind, text) for kind in kinds):
        return True
    # Letters and digits, or small and capital ones, that take turns as no word's do.
    for run in re.findall(r"[A-Za-z0-9]{12,}", text):
        turns = len(re.findall(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])", run))
        humps = len(re.findall(r"[a-z](?=[A-Z])", run))
        if turns >= 4 or (len(run) >= 16 and humps * 4 >= len(run)):
            return True
    return text.isdigit() and len(text) > 20
