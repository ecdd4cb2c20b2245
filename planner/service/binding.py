"""Addresses to listen on, as configuration names them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable


def elsewhere(addresses: Iterable[str]) -> bool:
    """Whether one of them is an address of the machine: a container has others, and a program that
    asks for one it has not does not start. Names, loopback and every address are none."""
    for word in addresses:
        try:
            address = ipaddress.ip_address(word.strip().strip("[]"))
        except ValueError:
            continue
        if not address.is_loopback and not address.is_unspecified:
            return True
    return False
