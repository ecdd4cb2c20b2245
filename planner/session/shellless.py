"""Machines that the inventory itself calls network devices: nobody needs to knock there."""

from __future__ import annotations

from collections.abc import Mapping

_CONNECTIONS = frozenset({"network_cli", "netconf", "httpapi", "grpc", "restconf", "napalm"})
_SHELLS = frozenset({"ssh", "paramiko", "paramiko_ssh", "libssh", "smart"})


def why_no_shell(variables: Mapping[str, object]) -> str:
    """Why a look is not even tried, by the connection variables of a host; empty: it may have a
    shell. A device whose modules run on the controller (``local``) would show the controller.
    """
    connection = _word(variables.get("ansible_connection"))
    system = variables.get("ansible_network_os")
    plain = connection.rpartition(".")[2]
    if plain not in _CONNECTIONS and (not system or plain in _SHELLS):
        return ""
    named = _word(system) or connection
    return f"network device ({named}): no shell to look with; it stays what it is"


def _word(value: object) -> str:
    """A name of a plugin; a template says nothing but that there is one."""
    text = value if isinstance(value, str) else ""
    return text if len(text) < 80 and text.replace(".", "").replace("_", "").isalnum() else ""
