"""verify.sh: what the machine answered, to be asked again at the containers after the change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from planner.change.names import container_name, moving, port_variable
from planner.model import HostPlan, WorkloadPlan
from planner.questions import Question, Result, Verified, talks
from planner.service.network import is_loopback
from planner.shell import shell_word

_HEAD = """\
#!/bin/sh
# Asks the new place of {host} what the machine answered on {day}, and compares. Needs curl, bash
# and openssl; run it where the containers run, or set ADDRESS (and ENGINE= to leave out the rows):
#   ADDRESS=192.0.2.7 sh hosts/{slug}/verify.sh
# Ports as in compose.yaml (PORT_80=8080). Ends with 0 only if everything is the same.
set -u
command -v podman >/dev/null && engine=podman || engine=docker
ADDRESS=${{ADDRESS:-127.0.0.1}} ENGINE=${{ENGINE-$engine}}
failed=0 asked=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
said() {{ # TITLE EXPECTED GOT
	asked=$((asked + 1))
	if [ "$2" = "$3" ]; then printf 'same       %s\\n' "$1"
	else failed=$((failed + 1)); printf 'different  %s: %s / %s\\n' "$1" "$2" "$3"; fi
}}
digest() {{ sed "$1" "$2" | sha256sum | cut -d ' ' -f 1; }}
page() {{ # URL HOST PORT: status into $status, headers and body into $work
	: >"$work/head"; : >"$work/body"
	status=$(curl -ksS -m 30 --http1.1 -A planner-verify -H 'Connection: close' -D "$work/head" \\
		-o "$work/body" -w '%{{http_code}}' --connect-to "::$ADDRESS:$3" "$1" 2>/dev/null)
}}
header() {{ tr -d '\\r' <"$work/head" | sed -n "s/^$1: *//Ip" | paste -s -d, - | sed 's/,/, /g'; }}
metrics() {{
	sed -n 's/^\\([A-Za-z_:][A-Za-z0-9_:]*\\)[{{ ].*/\\1/p' "$work/body" |
		LC_ALL=C sort -u >"$work/metrics"
}}
plain() {{
	sed -E -e 's/[0-9]+(\\.[0-9]+)+[0-9A-Za-z]*([+~:-]+(deb|ubuntu|[0-9])[0-9A-Za-z.+~]*)*/N/g' \\
		-e 's/-[0-9][^ ]*(deb|ubuntu|el|fc)[0-9][^ ]*/-N/g'
}}
talk() {{ # PORT OCTAL: printable answer to it
	bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "$2" >&3 && timeout 4 head -c 65536 <&3' \\
		"$ADDRESS" "$1" "$2" 2>/dev/null
}}
"""
_TAIL = """\
printf '%s asked, %s different\\n' "$asked" "$failed"
[ "$asked" -gt 0 ] && [ "$failed" -eq 0 ]
"""


def again_script(host: HostPlan, verified: Mapping[str, Verified], began_at: str) -> str:
    """The script of one machine; empty where none of its workloads was compared."""
    lines = [
        line
        for item in moving(host)
        if (known := verified.get(item.workload.id))
        for line in (*_of_day(known), *_of_workload(host, item, known.results))
    ]
    if all(line.startswith("#") for line in lines):
        return ""
    # the name of a machine may be anything: it stands in a comment
    name = json.dumps(host.name)[1:-1]
    head = _HEAD.format(host=name, day=began_at[:10], slug=host.slug)
    return "\n".join([head.rstrip("\n"), *lines, _TAIL])


def _of_day(known: Verified) -> Iterator[str]:
    if known.began_at:
        day = "".join(c for c in known.began_at[:10] if c in "-0123456789")
        yield f"# What follows is of {day}:"


def _of_workload(host: HostPlan, item: WorkloadPlan, results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        question = result.question
        expected = dict(result.expected)
        if not expected or result.outcome not in ("equal", "different"):
            continue
        title = shell_word(f"{item.workload.id}: {question.title}")
        if question.kind == "rows" and "rows" in expected:
            code = f"sh -c {shell_word(item.workload.census)}"
            run = f"$ENGINE exec {container_name(host, item.workload)} {code}"
            yield f'[ -z "$ENGINE" ] || {{ {run} >"$work/rows" 2>/dev/null; '
            yield f"{_digest(title, 'rows', expected)}; }}"
        elif is_loopback(question.address):
            continue
        elif question.kind == "http":
            yield from _page(host, title, question, expected)
        elif question.kind == "tls":
            yield from _names(title, question, expected)
        elif question.kind == "greeting" and "says" in expected:
            yield from _greeting(title, question, expected["says"])


def _digest(title: str, name: str, expected: Mapping[str, str]) -> str:
    masked = expected.get(f"{name} masked-lines", "")
    program = "".join(f"{number}d;" for number in masked.split(",") if number)
    wanted = expected[name]
    if not wanted.startswith("sha256:"):
        wanted = "sha256:" + hashlib.sha256(f"{wanted}\n".encode()).hexdigest()
    return f'said {title}" {name}" {wanted} "sha256:$(digest \'{program}\' "$work/{name}")"'


def _page(host: HostPlan, title: str, q: Question, expected: Mapping[str, str]) -> Iterable[str]:
    scheme = "https" if q.tls else "http"
    standard = q.port == (443 if q.tls else 80)
    site = q.site or host.address or host.name
    url = f"{scheme}://{site}{'' if standard else f':{q.port}'}{q.path}"
    yield f"page {shell_word(url)} {shell_word(site)} {_port(q)}"
    for name, text in expected.items():
        if name == "status":
            yield f'said {title}" status" {shell_word(text)} "$status"'
        elif name in ("content-type", "location", "cache-control", "www-authenticate"):
            yield f'said {title}" {name}" {shell_word(text)} "$(header {name})"'
        elif name == "body":
            yield _digest(title, "body", expected)
        elif name == "metrics":
            yield "metrics"
            yield _digest(title, "metrics", expected)


def _names(title: str, q: Question, expected: Mapping[str, str]) -> Iterable[str]:
    name = f" -servername {shell_word(q.site)}" if q.site else ""
    yield (
        f'openssl s_client -connect "$ADDRESS:{_port(q)}"{name} </dev/null 2>/dev/null '
        '>"$work/certificate"'
    )
    for wanted in expected.get("names", "").split():
        kind = "checkip" if wanted.replace(".", "").isdigit() or ":" in wanted else "checkhost"
        yield (
            f'openssl x509 -in "$work/certificate" -noout -{kind} {shell_word(wanted)} 2>/dev/null '
            f"| grep -q 'does match'; said {title}\" \"{shell_word(wanted)} 0 $?"
        )


def _greeting(title: str, q: Question, wanted: str) -> Iterable[str]:
    if "\n" in wanted or not wanted.isprintable():
        return
    say = "".join(f"\\{b:03o}" for b in talks.BY_NAME.get(q.talk, talks.GREETING).say)
    got = f"talk {_port(q)} '{say}' | tr -d '\\r\\000' | head -n 1 | plain"
    yield f'said {title} {shell_word(wanted)} "$({got})"'


def _port(q: Question) -> str:
    return f"${{{port_variable(q.port, q.protocol)}:-{q.port}}}"
