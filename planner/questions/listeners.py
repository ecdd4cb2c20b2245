"""What is asked of one listener, and what an answer of it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import structs

from planner.model import Listener, Workload
from planner.questions import http
from planner.questions.model import Answer, Question
from planner.questions.speech import TLS, speech

PATHS = ("/", "/robots.txt", "/planner-verify/no-such-page")
"""Asked of every web server, under each of its names: the last for its page of errors."""


def of_listener(workload: Workload, listener: Listener, paths: Sequence[str]) -> Iterable[Question]:
    """Questions to begin with; ``further`` makes those that hang on an answer of the machine."""
    at = {"address": listener.address, "port": listener.port}
    name = f"{listener.port}/{listener.protocol}"
    yield Question("listener", f"listens on {name}", protocol=listener.protocol, **at)  # type: ignore[arg-type]
    spoken = speech(workload, listener)
    if spoken.talk:
        talk = spoken.talk.name
        yield Question("greeting", f"{talk} on {name}", talk=talk, **at)  # type: ignore[arg-type]
    if spoken.kind == "tls":
        yield Question("tls", f"TLS names on {name}", talk="tls", tls=True, **at)  # type: ignore[arg-type]
    if spoken.kind not in ("web", "unsure"):
        return
    web = spoken.kind == "web"
    tls = listener.port in TLS if spoken.tls is None else spoken.tls
    for site in workload.sites or ("",):
        if tls or not web:
            title = f"TLS names on {name}" + (f" for {site}" if site else "")
            yield Question(
                "tls", title, talk="tls", tls=True, site=site, guess=not (tls and web),
                then="" if web else spoken.then, **at,  # type: ignore[arg-type]
            )  # fmt: skip
        if web:
            asked = Question("http", "", tls=tls, site=site, **at)  # type: ignore[arg-type]
            yield from (_page(asked, path) for path in paths)
    if not web and not tls and spoken.then in ("", "http"):
        yield Question("greeting", f"greeting on {name}", talk="greeting", guess=True, **at)  # type: ignore[arg-type]


def further(
    question: Question, answer: Answer, greeted: Iterable[int] = (), paths: Sequence[str] = PATHS
) -> tuple[Question, ...]:
    """Return what an answer of the machine leads to: links of a page; behind a handshake a site,
    or without one the next guess, but no HTTP where the server spoke first.

    ``greeted``: such ports of the same workload.
    """
    if question.kind == "http" and question.path in ("/", "") and answer.parts:
        found = http.links(question.site, question.path, answer.parts)
        more = (*paths, *found) if question.guess else found
        return tuple(_page(question, path) for path in more)
    if question.kind != "tls" or not question.then:
        return ()
    # a certificate, or an alert of TLS itself
    secure = bool(answer.parts)
    if question.then != "http":
        return () if secure else (_talk(question),)
    if question.port in greeted:
        return ()
    return (_page(structs.replace(question, tls=secure), "/"),)


def greets(question: Question, answer: Answer) -> bool:
    """Whether a server spoke before it was asked, and no HTTP."""
    said = dict(answer.parts).get("says", "")
    return question.kind == "greeting" and bool(said) and not said.startswith("HTTP/")


def _talk(question: Question) -> Question:
    # Mosquitto may speak WebSocket on any of its ports
    return Question(
        "greeting",
        f"{question.then} on {question.port}/tcp",
        address=question.address,
        port=question.port,
        talk=question.then,
        guess=question.then == "mqtt",
    )


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
