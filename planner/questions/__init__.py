"""Which questions prove that a container is the machine's workload, and how answers compare.

Pure: questions come from the plan, answers from planner.verify, which asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from planner.model import Listener, Workload
from planner.questions import http
from planner.questions.compare import compare, useful
from planner.questions.model import (
    VERIFY_SCHEMA,
    Answer,
    Kind,
    Question,
    Result,
    Verification,
    Verified,
)
from planner.questions.talks import talk_of
from planner.service.network import is_loopback

__all__ = [
    "VERIFY_SCHEMA",
    "Answer",
    "Kind",
    "Question",
    "Result",
    "Verification",
    "Verified",
    "compare",
    "further",
    "questions",
    "useful",
    "variables",
]

PATHS = ("/", "/robots.txt", "/planner-verify/no-such-page")
"""Asked of every web server, under each of its names: the last for its page of errors."""
_TLS = frozenset({443, 465, 636, 853, 989, 990, 993, 995, 5061, 5671, 6443, 8443, 8883, 9443})

_ACTS_ON_BYTES = frozenset(
    {102, 502, 515, 623, 1911, 2404, 4911, 5007, 5094, 20000, 44818, 47808}
) | {*range(9100, 9110)}
"""Printers and controllers, which take whatever arrives for an order: not spoken to where nothing
tells that they are none."""


def questions(
    workload: Workload, paths: Sequence[str] = (), data: bool = True
) -> tuple[Question, ...]:
    """Return what is asked of a workload. ``paths``: of its web servers, beside the known ones;
    ``data``: whether the container has a copy of the data."""
    made = [Question("running", "runs"), Question("user", "user that it runs as")]
    for listener in _once(workload.listeners):
        made += _of_listener(workload, listener, (*PATHS, *paths))
    if data and workload.census and workload.user:
        made.append(Question("rows", "rows of its data"))
    for volume in workload.volumes if data else ():
        if volume.consistency == "none":
            continue
        made.append(Question("owners", f"owners in {volume.path}", volume=volume.name))
        if volume.read_only:
            made.append(Question("files", f"files of {volume.path}", volume=volume.name))
    if variables(workload) or any(s.form == "env" for s in workload.secrets):
        # some programs write over what the kernel shows of it: then there is no answer
        made.append(Question("environment", "variables that it needs", guess=True))
    made.append(Question("logs", "errors in its log"))
    made.append(Question("memory", "memory at rest"))
    made.append(Question("root", "read-only root"))
    return tuple(made)


def variables(workload: Workload) -> frozenset[str]:
    """Names that its unit sets; those that systemd gives to every unit say nothing."""
    told = " ".join(d.value for d in workload.directives if d.name == "Environment")
    return frozenset(v.name for v in workload.environment if f"{v.name}=" in told)


def further(question: Question, answer: Answer) -> tuple[Question, ...]:
    """Return what an answer of the machine leads to: links of a page, a site behind TLS."""
    if question.kind == "http" and question.path in ("/", "") and answer.parts:
        found = http.links(question.site, question.path, answer.parts)
        return tuple(_page(question, path) for path in found)
    if question.kind == "tls" and question.guess and answer.parts:
        return tuple(_page(question, path) for path in PATHS)
    return ()


def _page(question: Question, path: str) -> Question:
    scheme = "https" if question.tls else "http"
    return Question(
        "http",
        f"{scheme} {question.site or 'by address'}:{question.port} {path}",
        address=question.address,
        port=question.port,
        talk="http",
        tls=question.tls,
        site=question.site,
        path=path,
        guess=question.guess,
    )


def _of_listener(
    workload: Workload, listener: Listener, paths: Sequence[str]
) -> Iterable[Question]:
    at = {"address": listener.address, "port": listener.port}
    name = f"{listener.port}/{listener.protocol}"
    yield Question("listener", f"listens on {name}", protocol=listener.protocol, **at)  # type: ignore[arg-type]
    if listener.protocol != "tcp":
        return
    talk = talk_of(workload, listener)
    if talk:
        yield Question("greeting", f"{talk.name} on {name}", talk=talk.name, **at)  # type: ignore[arg-type]
        return
    web = "web" in workload.traits
    if not web and listener.port in _ACTS_ON_BYTES:
        return
    tls = listener.port in _TLS
    sites = workload.sites or ("",)
    for site in sites:
        if tls or not web:
            title = f"TLS names on {name}" + (f" for {site}" if site else "")
            yield Question(
                "tls", title, talk="tls", tls=True, site=site, guess=not (tls and web), **at  # type: ignore[arg-type]
            )  # fmt: skip
        asked = Question("http", "", tls=tls, site=site, guess=not web, **at)  # type: ignore[arg-type]
        for path in dict.fromkeys(paths):
            yield _page(asked, path)
    if not web:
        yield Question("greeting", f"greeting on {name}", talk="greeting", guess=True, **at)  # type: ignore[arg-type]


def _once(listeners: Iterable[Listener]) -> list[Listener]:
    """One for each port: that which others reach before loopback, IPv4 before IPv6."""
    found: dict[tuple[int, str], Listener] = {}
    order = sorted(listeners, key=lambda x: (is_loopback(x.address), ":" in x.address, x.address))
    for listener in order:
        found.setdefault((listener.port, listener.protocol), listener)
    return [found[key] for key in sorted(found)]
