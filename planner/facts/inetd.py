"""Services of inetd and xinetd."""

from __future__ import annotations

import re

from planner.facts.text import Parsed, UnreadableError, each_line, joined, lines, text_files
from planner.model import InetdService, TextFile

_SETTING = re.compile(r"\s*([A-Za-z_]+)\s*(\+=|-=|=)(.*)")
_BEGIN = re.compile(r"\s*service\s+(\S+)\s*")
_PROTOCOL = re.compile(r"(tcp|udp|sctp)(4|6|46)?")


def parse(text: str) -> Parsed[tuple[InetdService, ...]]:
    """Multi-file: /etc/xinetd.d/*, /etc/inetd.conf. ``disabled`` of xinetd.conf's defaults counts.

    inetd.conf(5): name, type, protocol, wait, user, program, arguments; a line behind ``#`` is
    off. xinetd.conf(5): blocks of ``service NAME { key = value }``.
    """
    found = text_files(text)
    services: list[InetdService] = []
    reasons = [found.partial]
    off: set[str] = set()
    for file in found.value:
        if file.path.endswith("/inetd.conf") or "/inetd.d/" in file.path:
            parsed = _inetd(file)
        else:
            off |= _defaults(file)
            parsed = _xinetd(file)
        services.extend(parsed.value)
        reasons.append(f"{file.path}: {parsed.partial}" if parsed.partial else "")
    told = (
        InetdService(
            s.name, s.source, s.disabled or s.name in off, s.kind, s.protocol, s.port, s.user,
            s.command, s.address,
        )
        for s in services
    )  # fmt: skip
    return Parsed(
        tuple(sorted(told, key=lambda s: (s.source, s.name, s.protocol))), joined(*reasons)
    )


def _inetd(file: TextFile) -> Parsed[tuple[InetdService, ...]]:
    def read(line: str) -> InetdService | None:
        words = line.split()
        if words[0].startswith("#"):
            return None
        name, kind, protocol, _wait, user, *command = words
        address, colon, service = name.rpartition(":")
        match = _PROTOCOL.fullmatch(protocol)
        if not command or (not match and not protocol.startswith("rpc/")):
            raise ValueError(line)
        return InetdService(
            name=service,
            source=file.path,
            kind=kind,
            protocol=match[1] if match else protocol,
            port=_port(service),
            user=re.split("[.:]", user)[0],
            command=(command[0], *command[2:]),
            address=address if colon else "",
        )

    try:
        return each_line(file.text, read)
    except UnreadableError as error:
        return Parsed((), str(error))


def _port(word: str) -> int:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 6 else 0


def _blocks(file: TextFile) -> list[tuple[str, dict[str, str]]]:
    """Name (empty: the defaults) and settings of each block; ``+=`` adds."""
    found: list[tuple[str, dict[str, str]]] = []
    inside = False
    for line in lines(file.text):
        bare = line.partition("#")[0].strip()
        if match := _BEGIN.fullmatch(bare.removesuffix("{")):
            found.append((match[1], {}))
            inside = bare.endswith("{")
        elif bare.removesuffix("{").strip() == "defaults":
            found.append(("", {}))
            inside = bare.endswith("{")
        elif bare == "{":
            inside = True
        elif bare == "}":
            inside = False
        elif inside and found and (setting := _SETTING.fullmatch(bare)):
            key, how, value = setting[1].lower(), setting[2], setting[3].strip()
            before = found[-1][1].get(key, "") if how == "+=" else ""
            found[-1][1][key] = f"{before} {value}".strip()
    return found


def _defaults(file: TextFile) -> set[str]:
    return {name for head, s in _blocks(file) if not head for name in s.get("disabled", "").split()}


def _xinetd(file: TextFile) -> Parsed[tuple[InetdService, ...]]:
    found = []
    for name, settings in _blocks(file):
        if not name:
            continue
        server = settings.get("server", "")
        arguments = settings.get("server_args", "").split()
        if "NAMEINARGS" in settings.get("flags", "").split():
            arguments = arguments[1:]
        internal = "INTERNAL" in settings.get("type", "").split()
        found.append(
            InetdService(
                name=name,
                source=file.path,
                disabled=settings.get("disable", "").lower() == "yes",
                kind=settings.get("socket_type", ""),
                protocol=settings.get("protocol", ""),
                port=_port(settings.get("port", "")),
                user=settings.get("user", ""),
                command=("internal",) if internal else ((server, *arguments) if server else ()),
                address=settings.get("bind", settings.get("interface", "")),
            )
        )
    return Parsed(tuple(found))
