"""What language the machine speaks: LANG, LC_* and the locales that are there."""

from __future__ import annotations

from planner.facts.text import Parsed, UnreadableError, fields, lines, not_understood
from planner.model import Locale


def parse(text: str) -> Parsed[Locale]:
    """Tabs: ``V``, file, variable, value; ``L`` and a name of ``locale -a``. Of several files the
    first that sets something counts, as the system that has it reads no other.
    """
    variables: dict[str, dict[str, str]] = {}
    generated: set[str] = set()
    bad: list[str] = []
    for line in lines(text):
        try:
            kind, first, *rest = fields(line, 2)
            if kind == "V":
                key, value = rest
                variables.setdefault(first, {})[key] = value
            elif kind == "L" and first:
                generated.add(first)
            else:
                raise ValueError(line)
        except ValueError:
            bad.append(line)
    if bad and not variables and not generated:
        raise UnreadableError(not_understood(bad))
    source = next(iter(variables), "")
    chosen = dict(sorted(variables.get(source, {}).items()))
    return Parsed(Locale(chosen, source, tuple(sorted(generated))), not_understood(bad))
