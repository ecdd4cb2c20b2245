"""Steps that see whether a container answers, and what the machine answered before."""

from __future__ import annotations

import re
from collections.abc import Iterable

from planner.change.names import container_name, port_variable, service_name
from planner.model import HostPlan, Step, WorkloadPlan
from planner.service.network import is_loopback
from planner.shell import remote, shell_word

ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:%-]*")


def step(host: HostPlan, item: WorkloadPlan) -> Step:
    w, name = item.workload, container_name(host, item.workload)
    if w.health:
        probe = " ".join(shell_word(word) for word in w.health.command)
        probe = f"$ENGINE exec {name} {probe} >/dev/null"
    else:
        probe = f"test \"$($ENGINE inspect -f '{{{{.State.Running}}}}' {name})\" = true"
    period = w.health.start_period if w.health else 30
    return Step(
        id="",
        phase="check",
        title=f"Check {w.name}",
        commands=(
            f"( n=0; until {probe}; do n=$((n+1)); test $n -lt {max(period, 15)} || exit 1; "
            "sleep 2; done )",
            *(
                f'test "$({ask})" = "$(cat hosts/{host.slug}/before/{before})"'
                for before, ask in requests(host, item, "127.0.0.1")
            ),
            *_census_after(host, item),
        ),
        note=w.health.what if w.health else "No check of the service itself is known.",
        seconds=period,
        downtime=True,
        expect="every command ends with status 0",
    )


def requests(host: HostPlan, item: WorkloadPlan, address: str) -> Iterable[tuple[str, str]]:
    """Name and command of each question to a web server: every port, under each of its names.

    Status and type are compared, not the body: a page may be new each time.
    """
    if "web" not in item.workload.traits or not address:
        return
    ports = {
        x.port
        for x in item.workload.listeners
        if x.protocol == "tcp" and not is_loopback(x.address)
    }
    here = address == "127.0.0.1"
    for port in sorted(ports):
        scheme = "https" if str(port).endswith("443") else "http"
        number = f"${{{port_variable(port, 'tcp')}:-{port}}}" if here else str(port)
        for site in item.workload.sites or ("",):
            resolve = f'--resolve "{site}:{number}:{address}" ' if site else ""
            url = f'"{scheme}://{site or address}:{number}/"'
            name = "-".join(filter(None, (service_name(item.workload), site, str(port))))
            yield (
                name,
                "curl -ksS -m 20 -o /dev/null -w '%{http_code} %{content_type}' " + resolve + url,
            )


def census_before(host: HostPlan, items: Iterable[WorkloadPlan]) -> Iterable[str]:
    """Counts what the data holds, right before the service stops."""
    for item in items:
        w = item.workload
        if w.census and w.user:
            fetch = remote(f"runuser -u {shell_word(w.user.name)} -- sh -c {shell_word(w.census)}")
            yield f"{fetch} >{_census_file(host, item)}"
            yield f"test -s {_census_file(host, item)}"


def _census_after(host: HostPlan, item: WorkloadPlan) -> Iterable[str]:
    w = item.workload
    if w.census and w.user:
        run = f"$ENGINE exec {container_name(host, w)} sh -c {shell_word(w.census)}"
        yield f"{run} | diff {_census_file(host, item)} -"


def _census_file(host: HostPlan, item: WorkloadPlan) -> str:
    return f"hosts/{host.slug}/before/{service_name(item.workload)}.census"


def bracketed(address: str) -> str:
    """*address* as a URL names it; empty where it is none that a command could take."""
    if not ADDRESS.fullmatch(address):
        return ""
    return f"[{address}]" if ":" in address else address
