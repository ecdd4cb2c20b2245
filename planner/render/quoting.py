"""Quoting for each language that an artifact is written in.

Facts are hostile: whatever a template prints that came from a machine goes through one of these.
Each gives text that means the original string, and nothing else, where it lands.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable

from planner.shell import shell_word

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIGNAL = re.compile(r"SIG[A-Z0-9]{1,10}([+-]\d{1,2})?|\d{1,2}")


def one_line(text: object) -> str:
    """Show control characters and line ends escaped, for comments of any language."""
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(text)
    )
    return f"{shown} (end)" if shown.endswith("\\") else shown


# --- Dockerfile -----------------------------------------------------------------------------------


def exec_form(words: Iterable[str]) -> str:
    """Exec form of CMD, ENTRYPOINT, HEALTHCHECK: no shell and no variables."""
    return json.dumps(list(words))


def docker_value(text: object) -> str:
    """Quote the value of ENV or LABEL, where builders replace ``$NAME`` and take backslashes."""
    escaped = re.sub(r'([\\"$])', r"\\\1", one_line_raw(text))
    return f'"{escaped}"'


def one_line_raw(text: object) -> str:
    """Return text without line ends, which a Dockerfile's values cannot hold."""
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", str(text))


def copy_form(paths: Iterable[str]) -> str:
    """Exec form of COPY, where builders replace variables and take off quotes all the same."""
    return json.dumps([re.sub(r"""([\\$'"])""", r"\\\1", path) for path in paths])


def can_copy(path: str) -> bool:
    """Whether a COPY line can name this path: absolute, clean, printable, no pattern.

    Builders read sources as patterns; buildah takes an escaped one for a pattern again.
    """
    clean = path.startswith("/") and path.isprintable() and ".." not in path.split("/")
    return clean and not set(path) & set("*?[\\")


def is_variable(name: str) -> bool:
    """Whether a name can stand left of ``=`` in ENV and in an environment."""
    return _VARIABLE.fullmatch(name) is not None


def signal(name: str) -> str:
    """Return a signal's name, or SIGTERM for what is none."""
    return name if _SIGNAL.fullmatch(name) else "SIGTERM"


# --- YAML -----------------------------------------------------------------------------------------


def yaml_scalar(value: object) -> str:
    """Quote a string for YAML, as a double-quoted scalar; numbers and booleans stay."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + "".join(_yaml_char(c) for c in str(value)) + '"'


def compose_scalar(value: object) -> str:
    """Quote for a Compose file, which replaces ``$NAME`` unless the sign is doubled."""
    return yaml_scalar(value.replace("$", "$$") if isinstance(value, str) else value)


def _yaml_char(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable() and ord(char) < 0xFFFE:
        return char
    return f"\\U{ord(char):08X}" if ord(char) > 0xFFFF else f"\\u{ord(char):04X}"


# --- units of systemd and Quadlet -----------------------------------------------------------------

# What lands in ExecStart= goes through systemd's own reading of % and $ there, after the generator
# has read quotes and backslashes and written them anew: systemd.service(5), podman-systemd.unit(5).


def unit_text(text: object) -> str:
    """Text of one line in a unit, outside commands: no specifier, no continuation."""
    return one_line(text).replace("%", "%%")


def unit_value(text: object) -> str:
    """A value that becomes one argument of a command as it stands, without quotes around it."""
    return unit_text(text).replace("$", "$$")


def unit_clean(text: object) -> str:
    """Text as far as a unit can hold it: without NUL, which no argument has, and with U+FFFD for
    what is no character of Unicode, with which systemd refuses the whole line."""
    return "".join(
        "\ufffd" if 0xFDD0 <= ord(c) <= 0xFDEF or ord(c) & 0xFFFE == 0xFFFE else c
        for c in str(text)
        if c != "\0"
    )


def unit_word(text: object) -> str:
    """Quote one word of a value that is split into words."""
    inner = "".join(_unit_char(c) for c in unit_clean(text))
    return '"' + inner.replace("%", "%%").replace("$", "$$") + '"'


def unit_json(words: Iterable[str]) -> str:
    """A list of words as JSON, in a value that becomes one argument as it stands."""
    return unit_value(json.dumps(list(words)))


def _unit_char(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    return f"\\x{ord(char):02x}" if ord(char) < 0x80 else f"\\U{ord(char):08x}"


# --- Markdown -------------------------------------------------------------------------------------


def markdown(text: object) -> str:
    """Escape for running text and table cells: no markup, no HTML, no links."""
    escaped = re.sub(r"([\\`*_\[\]<>|~])", r"\\\1", one_line_raw(text).strip())
    escaped = escaped.replace("&", "&amp;").replace("://", "\\://").replace("www.", "www\\.")
    escaped = re.sub(r"^([#+-])", r"\\\1", escaped)
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", escaped)


def code(text: object) -> str:
    """Inline code with a fence longer than any in the text."""
    shown = one_line(text) or " "
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def cell(text: object) -> str:
    """Inline code in a table's cell, where a pipe needs a backslash even in code."""
    return code(text).replace("|", "\\|") if str(text) else ""


def fenced(lines: Iterable[str], language: str = "") -> str:
    """Return a code block whose fence no line of it can close."""
    text = "\n".join(one_line(line) for line in lines)
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


# --- CSV ------------------------------------------------------------------------------------------


def csv_row(values: Iterable[object]) -> str:
    """One line of CSV in which no cell is a formula to a spreadsheet or steers a terminal."""
    line = io.StringIO(newline="")
    cells = [_no_formula(_printable(str(v))) for v in values]
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n")


def _printable(text: str) -> str:
    """Control characters escaped: somebody will look at the file in a terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _no_formula(text: str) -> str:
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@") or text[:1] in tuple("\t\r\n") else text


# --- figures --------------------------------------------------------------------------------------


def size(count: int) -> str:
    """Bytes for people: ``1.5 GiB``; -1 is unknown."""
    if count < 0:
        return "unknown"
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"


def mebibytes(count: int) -> str:
    """Whole MiB as Kubernetes writes them: ``64Mi``."""
    return f"{-(-count // 1024**2)}Mi"


def gibibytes(count: int) -> str:
    """Whole GiB as Kubernetes writes them: ``1Gi``."""
    return f"{-(-count // 1024**3)}Gi"


def growth(count: int) -> str:
    """Bytes in 30 days for people: ``+1.5 MiB a month``."""
    return f"{'-' if count < 0 else '+'}{size(abs(count))} a month"


def duration(seconds: int) -> str:
    """Seconds for people: ``3 min``; -1 is unknown."""
    if seconds < 0:
        return "unknown"
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{-(-seconds // 60)} min"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


FILTERS: dict[str, Callable[..., str]] = {
    "comment": one_line,
    "exec": exec_form,
    "dockervalue": docker_value,
    "copy": copy_form,
    "signal": signal,
    "sh": shell_word,
    "yaml": yaml_scalar,
    "compose": compose_scalar,
    "kubernetes": compose_scalar,  # $(NAME) in arguments; a doubled sign is one, as for Compose
    "unittext": unit_text,
    "unitvalue": unit_value,
    "unitword": unit_word,
    "unitjson": unit_json,
    "mebibytes": mebibytes,
    "gibibytes": gibibytes,
    "md": markdown,
    "code": code,
    "cell": cell,
    "fenced": fenced,
    "csv": csv_row,
    "size": size,
    "growth": growth,
    "duration": duration,
}
