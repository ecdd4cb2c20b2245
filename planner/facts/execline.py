"""Words of systemd: quoting, specifiers and variables of ExecStart= and its like.

Follows ``extract_first_word``, ``config_parse_exec`` and ``replace_env_argv`` of systemd 252;
compared with what the program itself says (tests/facts/execline).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_BLANK = " \t\n\r"
_PREFIXES = "-@:+!|"
_SIMPLE = dict(zip("abfnrtv\\\"'s", "\a\b\f\n\r\t\v\\\"' ", strict=True))
_NUMERIC = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})")
_SPECIFIER = re.compile("%(.)", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)\})")
_WHOLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_ESCAPED_BYTE = re.compile(rb"\\x([0-9a-fA-F]{2})")

_MANAGER = {
    "t": "/run",
    "S": "/var/lib",
    "C": "/var/cache",
    "L": "/var/log",
    "E": "/etc",
    "T": "/tmp",  # noqa: S108
    "V": "/var/tmp",  # noqa: S108
    "h": "/root",
    "s": "/bin/sh",
    "u": "root",
    "U": "0",
    "g": "root",
    "G": "0",
}
"""What the specifiers mean to the system's manager, whatever ``User=`` says."""


@dataclass(frozen=True)
class Exec:
    """One command of an Exec directive."""

    prefixes: str
    """``-`` failure is ignored, ``@`` the program is told another name, ``:`` no variables,
    ``+``, ``!``, ``!!`` more privileges than the unit's own, ``|`` through a shell."""
    path: str
    argv: tuple[str, ...]
    """With the name that the program is told first: ``path``, or what follows it with ``@``."""
    variables: tuple[str, ...] = ()
    """Names left in ``argv`` as ``${NAME}`` or ``$NAME``, since their value is not known."""
    specifiers: tuple[str, ...] = ()
    """Specifiers left in it, such as ``%m``."""


def words(text: str) -> tuple[str, ...]:
    """Words as systemd splits them; ValueError for a quote without its other end."""
    found: list[str] = []
    position = _skip(text, 0)
    while position < len(text):
        word, position = _word(text, position)
        found.append(word)
    return tuple(found)


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _BLANK:
        position += 1
    return position


def _word(text: str, position: int) -> tuple[str, int]:
    out = bytearray()
    quote = ""
    while position < len(text):
        char = text[position]
        position += 1
        if char == "\\":
            escaped, position = _escape(text, position)
            out += escaped
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif not quote and char in _BLANK:
            break
        else:
            out += char.encode("utf-8", "replace")
    if quote:
        raise ValueError(f"no end of {quote}")
    return out.decode("utf-8", "replace"), _skip(text, position)


def _escape(text: str, position: int) -> tuple[bytes, int]:
    r"""Decode what ``\`` before ``position`` stands for; what systemd does not know stays."""
    char = text[position : position + 1]
    if char in _SIMPLE and char:
        return _SIMPLE[char].encode(), position + 1
    match = _NUMERIC.match(text, position)
    if not match:
        return b"\\", position
    byte, short, long, octal = match.groups()
    code = int(byte or short or long or octal, 8 if octal else 16)
    if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return b"\\", position
    single = bytes([code]) if byte or octal else chr(code).encode()
    return single, match.end()


def unit_specifiers(name: str) -> dict[str, str]:
    """Letter -> value for what a unit's name and the system's manager say."""
    stem, dot, _suffix = name.rpartition(".")
    stem = stem if dot else name
    prefix, _, instance = stem.partition("@")
    last = prefix.rpartition("-")[2]
    return {
        **_MANAGER,
        "n": name,
        "N": stem,
        "p": prefix,
        "P": _unescape_unit(prefix),
        "i": instance,
        "I": _unescape_unit(instance),
        "j": last,
        "J": _unescape_unit(last),
        "f": "/" + _unescape_unit(instance or prefix).lstrip("/"),
    }


def _unescape_unit(text: str) -> str:
    r"""Undo systemd-escape: ``-`` is ``/``, ``\x2d`` a byte."""
    plain = text.replace("-", "/").encode("utf-8", "replace")
    return _ESCAPED_BYTE.sub(lambda m: bytes([int(m[1], 16)]), plain).decode("utf-8", "replace")


def expand(text: str, specifiers: Mapping[str, str]) -> str:
    """Replace specifiers, and ``%%`` by ``%``; unknown ones stay."""
    return _SPECIFIER.sub(lambda m: "%" if m[1] == "%" else specifiers.get(m[1], m[0]), text)


def split_exec(
    line: str,
    unit: str,
    environment: Mapping[str, str] | None = None,
    known: Mapping[str, str] | None = None,
) -> tuple[Exec, ...]:
    """Give the commands of one Exec line (several with ``;``); none where systemd refuses it.

    ``environment``: values for ``${NAME}`` and ``$NAME``; names that it lacks stay as they are.
    ``known``: further specifiers by letter (``m``: machine id, ``H``: host name, ...).
    """
    specifiers = {**unit_specifiers(unit), **(known or {})}
    try:
        commands = [_command(c, specifiers, environment or {}) for c in _commands(line)]
    except ValueError:
        return ()
    return tuple(commands)


def _commands(line: str) -> Iterator[list[str]]:
    found: list[str] = []
    position = _skip(line, 0)
    while position < len(line):
        raw = re.match(r"\\?;(?=\s|$)", line[position : position + 3])
        if raw and found:
            position = _skip(line, position + raw.end())
            if raw[0] == ";":
                yield found
                found = []
            else:
                found.append(";")
            continue
        word, position = _word(line, position)
        found.append(word)
    if found:
        yield found


def _command(
    found: list[str], specifiers: Mapping[str, str], environment: Mapping[str, str]
) -> Exec:
    first = found[0].lstrip(_PREFIXES)
    prefixes = found[0][: len(found[0]) - len(first)]
    argv = [expand(word, specifiers) for word in (first, *found[1:])]
    path = argv[0]
    if "@" in prefixes:
        argv = argv[1:]
    if not path or not argv:
        raise ValueError("no program")
    left = _left_specifiers((first, *found[1:]), specifiers)
    if ":" in prefixes:
        return Exec(prefixes, path, tuple(argv), (), left)
    unknown: list[str] = []
    filled = [out for word in argv[1:] for out in _filled(word, environment, unknown)]
    return Exec(prefixes, path, (argv[0], *filled), tuple(dict.fromkeys(unknown)), left)


def _left_specifiers(found: tuple[str, ...], specifiers: Mapping[str, str]) -> tuple[str, ...]:
    letters = [m[1] for word in found for m in _SPECIFIER.finditer(word)]
    return tuple(dict.fromkeys(f"%{c}" for c in letters if c != "%" and c not in specifiers))


def _filled(word: str, environment: Mapping[str, str], unknown: list[str]) -> tuple[str, ...]:
    whole = _WHOLE.fullmatch(word)
    if whole and whole[1] not in environment:
        unknown.append(whole[1])
        return (word,)
    if whole:
        try:
            return words(environment[whole[1]])
        except ValueError:
            return tuple(environment[whole[1]].split())

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "$"
        if name not in environment:
            unknown.append(name)
        return environment.get(name, match[0])

    return (_VARIABLE.sub(replace, word),)
