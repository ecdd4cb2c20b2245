"""Steps that see whether a container answers, and what the machine answered before."""

from __future__ import annotations

import re
from collections.abc import Iterable

from planner.change.names import container_name, port_variable, service_name
from planner.model import HostPlan, Step, WorkloadPlan
from planner.service.network import is_loopback
from planner.shell import shell_word

ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:%-]*")


def step(host: HostPlan, item: WorkloadPlan) -> Step:
    w, name = item.workload, container_name(host, item.workload)
    if w.health:
        probe = " ".join(shell_word(word) for word in w.health.command)
        probe = f"$ENGINE exec {name} {probe} >/dev/null"
    else:
        probe = f"test \"$($ENGINE inspect -f '{{{{.State.Running}}}}' {name})\" = true"
    answers = (
        f'test "$({answer(url)})" = "$(cat hosts/{host.slug}/before/{before})"'
        for before, url in addresses(host, item, "127.0.0.1")
    )
    period = w.health.start_period if w.health else 30
    return Step(
        id="",
        phase="check",
        title=f"Check {w.name}",
        commands=(
            f"( n=0; until {probe}; do n=$((n+1)); test $n -lt {max(period, 15)} || exit 1; "
            "sleep 2; done )",
            *answers,
        ),
        note=w.health.what if w.health else "No check of the service itself is known.",
        seconds=period,
        downtime=True,
        expect="every command ends with status 0",
    )


def addresses(host: HostPlan, item: WorkloadPlan, address: str) -> Iterable[tuple[str, str]]:
    """Name and URL of what a web server answered on the machine and answers in the container."""
    if "web" not in item.workload.traits or not address:
        return
    ports = {
        x.port
        for x in item.workload.listeners
        if x.protocol == "tcp" and not is_loopback(x.address)
    }
    for port in sorted(ports):
        scheme = "https" if str(port).endswith("443") else "http"
        number = f"${{{port_variable(port, 'tcp')}:-{port}}}" if address == "127.0.0.1" else port
        yield f"{service_name(item.workload)}-{port}", f'"{scheme}://{address}:{number}/"'


def answer(url: str) -> str:
    return f"curl -ksS -m 20 -o /dev/null -w '%{{http_code}} %{{content_type}}' {url}"


def bracketed(address: str) -> str:
    if not ADDRESS.fullmatch(address):
        return ""
    return f"[{address}]" if ":" in address else address
