"""Which port is asked what: nobody is spoken to in a language it is known not to understand."""

from __future__ import annotations

import datetime
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from planner.model import HostPlan, Image, Listener, Verdict, Workload, WorkloadPlan
from planner.questions import Answer, Question, Verified, compare, further, greets, questions
from planner.questions.http import parts
from planner.verify.again import again_script
from planner.verify.dial import Exchange, Reply, dial
from planner.verify.talked import Asked, Heard, talked
from planner.verify.waited import SECONDS, for_backends

OPEN = Answer((("subject", "CN=mq"), ("names", "mq.example.com")))
PLAIN = Answer(reason="[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)")
PAGE = Answer((("status", "200"), ("content-type", "text/plain"), ("body", "fine")))


def spoken(
    kind: str, *ports: int, traits: tuple[str, ...] = (), speaks: tuple[tuple[int, str], ...] = ()
) -> dict[str, Question]:
    """What is asked over sockets to begin with, by title."""
    w = Workload(
        "a/app", "a", "app", kind, "", "running", traits=traits, speaks=speaks,
        listeners=tuple(Listener("tcp", "0.0.0.0", port) for port in ports),
    )  # fmt: skip
    return {q.title: q for q in questions(w) if q.port and q.kind != "listener"}


def kinds(
    kind: str, *ports: int, traits: tuple[str, ...] = (), speaks: tuple[tuple[int, str], ...] = ()
) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {port: set() for port in ports}
    for q in spoken(kind, *ports, traits=traits, speaks=speaks).values():
        found[q.port].add(q.kind)
    return found


def test_ports_that_are_no_http_are_not_asked_http() -> None:
    web = ("web",)
    assert kinds("varnish", 80, 6082, traits=web) == {80: {"http"}, 6082: {"greeting"}}
    assert kinds("java", 8080, 8005, 8009, traits=web) == {8080: {"http"}, 8005: set(), 8009: set()}
    unread = kinds("tomcat", 8080, 8005, 8009, traits=web)
    assert unread == {8080: {"http"}, 8005: set(), 8009: set()}
    told = ((8080, "http"), (8305, "none"), (8444, "https"))
    assert kinds("tomcat", 8080, 8305, 8444, traits=web, speaks=told) == {
        8080: {"http"},
        8305: set(),
        8444: {"tls", "http"},
    }
    told = ((5673, "amqp"), (5679, "tls"), (15673, "http"))
    assert kinds("rabbitmq", 5673, 5679, 15673, 61613, 25672, speaks=told) == {
        5673: {"greeting"},
        5679: {"tls"},
        15673: {"http"},
        61613: set(),
        25672: set(),
    }
    assert kinds("php-fpm", 9000, traits=web) == {9000: set()}
    broker = kinds("rabbitmq", 5672, 25672, 4369)
    assert broker == {5672: {"greeting"}, 25672: set(), 4369: set()}
    for kind, port in (("postgresql", 5433), ("kafka", 9092), ("mongodb", 27017)):
        for q in spoken(kind, port).values():
            assert all(new.kind != "http" for new in further(q, PLAIN)), kind


def test_the_pages_of_a_broker_are_asked_where_it_has_some() -> None:
    tls = next(q for q in spoken("rabbitmq", 5672, 15672).values() if q.kind == "tls")
    assert [q.title for q in further(tls, PLAIN)] == ["http by address:15672 /"]


def test_what_nobody_knows_is_asked_step_by_step() -> None:
    asked = spoken("service", 9000)
    assert {q.kind for q in asked.values()} == {"tls", "greeting"}
    assert all(q.guess for q in asked.values())
    tls = next(q for q in asked.values() if q.kind == "tls")
    (first,) = further(tls, PLAIN)
    assert (first.title, first.guess) == ("http by address:9000 /", True)
    assert [q.title for q in further(tls, OPEN)] == ["https by address:9000 /"]
    assert further(tls, PLAIN, greeted={9000}) == ()
    assert further(first, Answer(reason="silence")) == ()
    more = [q.path for q in further(first, PAGE, paths=("/", "/robots.txt", "/healthz"))]
    assert more == ["/", "/robots.txt", "/healthz"]


def test_who_speaks_first_is_no_web_server_but_for_an_error_of_one() -> None:
    question = Question("greeting", "greeting on 9000/tcp", port=9000)
    assert greets(question, Answer((("says", "107 59      "),)))
    assert not greets(question, Answer((("says", "HTTP/1.1 408 Request Timeout"),)))
    assert not greets(question, Answer(reason="no such answer"))


@pytest.mark.parametrize("ports", [(8884,), (1883, 8884)])
def test_a_port_of_a_broker_is_asked_for_tls_before_it_is_asked_plainly(
    ports: tuple[int, ...],
) -> None:
    (asked,) = (q for q in spoken("mosquitto", *ports).values() if q.port == 8884)
    assert (asked.kind, asked.tls, asked.then) == ("tls", True, "mqtt")
    assert further(asked, OPEN) == ()
    assert further(asked, Answer((("alert", "TLSV13_ALERT_CERTIFICATE_REQUIRED"),))) == ()
    (plain,) = further(asked, PLAIN)
    assert (plain.kind, plain.talk, plain.tls) == ("greeting", "mqtt", False)


def handshake(reply: Reply) -> Answer:
    w = Workload("a/mq", "a", "mq", "mosquitto", "", "running")
    return talked(0, Asked(w, Question("tls", "TLS names on 8884/tcp")), Heard({0: reply}), {})


@pytest.fixture
def secure(tmp_path: Path) -> int:
    """Port of a server that wants to see a certificate of its client, and knows none."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mq.example.com")])
    day = datetime.datetime(2026, 1, 1)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(day).not_valid_after(day.replace(year=2036))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _ = listener.accept()
        with client, pytest.raises(ssl.SSLError):
            context.wrap_socket(client, server_side=True)

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def test_a_server_that_asks_for_a_certificate_speaks_tls_too(secure: int) -> None:
    reply = dial(Exchange("127.0.0.1", secure, tls=True))
    assert dict(handshake(reply).parts) == {"alert": "SSLV3_ALERT_HANDSHAKE_FAILURE"}


def test_a_server_that_speaks_plainly_does_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(100)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        reply = dial(Exchange("127.0.0.1", listener.getsockname()[1], tls=True))
    assert reply.reason
    assert handshake(reply) == Answer(reason=reply.reason)


METRICS = """\
# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{code="200"} 17
http_requests_total{code="404"} 2
process_start_time_seconds 1.7e9
"""


def metrics(text: str, kind: str = "text/plain; version=0.0.4; charset=utf-8") -> Answer:
    return Answer(parts(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n{text}".encode()))


@pytest.mark.parametrize(
    "kind",
    ["text/plain; version=0.0.4", "application/openmetrics-text; version=1.0.0; charset=utf-8"],
)
def test_of_metrics_their_names_are_compared(kind: str) -> None:
    question = Question("http", "http a:9090 /metrics", port=9090, path="/metrics")
    was = metrics(METRICS, kind)
    other = metrics(METRICS.replace("17", "4").replace("1.7e9", "1.8e9"), kind)
    assert compare(question, was, other, was).outcome == "equal"
    less = metrics(METRICS.replace("process_start_time_seconds 1.7e9\n", ""), kind)
    found = compare(question, was, less, was)
    assert found.outcome == "different"
    assert "process_start_time_seconds" in found.differences[0]


def test_another_text_is_compared_word_for_word() -> None:
    question = Question("http", "http a:80 /a.txt", port=80, path="/a.txt")
    was, other = (metrics(t, "text/plain; charset=utf-8") for t in (METRICS, METRICS + "#"))
    assert compare(question, was, other, was).outcome == "different"


def test_the_script_for_later_compares_names_of_metrics_too(tmp_path: Path) -> None:
    """With a curl that hands out what the container would say."""
    w = Workload("a/app", "a", "app", "service", "", "running")
    host = HostPlan(
        "a", "a", "seen", "captured", "", address="192.0.2.7",
        workloads=(WorkloadPlan(w, Verdict("container"), Image("b", "", "debian", "t")),),
    )  # fmt: skip
    question = Question("http", "http a:9090 /metrics", "0.0.0.0", 9090, path="/metrics")
    was = metrics(METRICS)
    result = compare(question, was, was, was)
    text = again_script(host, {w.id: Verified(w.id, "t", results=(result,))}, "2026-11-21")
    (tmp_path / "verify.sh").write_text(text)
    curl = tmp_path / "curl"
    curl.write_text(
        '#!/bin/sh\nwhile [ "$1" != -D ]; do shift; done\n'
        "printf 'HTTP/1.1 200 OK\\r\\ncontent-type: text/plain; version=0.0.4; charset=utf-8\\r\\n'"
        ' >"$2"\ncat "$SAYS" >"$4"; printf 200\n'
    )
    curl.chmod(0o755)
    says = tmp_path / "says"

    def asked() -> subprocess.CompletedProcess[str]:
        path = f"{tmp_path}:{os.environ['PATH']}"
        return subprocess.run(
            ["sh", "verify.sh"], cwd=tmp_path, capture_output=True, text=True,
            env={**os.environ, "PATH": path, "ENGINE": "", "SAYS": str(says)},
        )  # fmt: skip

    says.write_text(METRICS.replace("17", "4711"))
    done = asked()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "metrics" in done.stdout
    says.write_text(METRICS.replace("process_", "other_"))
    assert asked().returncode == 1


def test_a_proxy_is_asked_until_it_has_seen_its_backends() -> None:
    page, other = spoken("haproxy", 80, traits=("web",)), Answer((("status", "404"),))
    up, down = Answer((("status", "200"),)), Answer((("status", "503"),))
    titles = list(page)[:2]
    asked = [page[t] for t in titles]
    machine = {("a/app", titles[0]): up, ("a/app", titles[1]): down}
    early = {("a/app", titles[0]): down, ("a/app", titles[1]): down}
    said = iter([{("a/app", titles[0]): down}, {("a/app", titles[0]): other}])
    pauses: list[float] = []

    def again(questions: Sequence[Question]) -> dict[tuple[str, str], Answer]:
        assert [q.title for q in questions] == titles[:1]
        return next(said)

    found = for_backends(again, "a/app", asked, machine, early, pauses.append)
    assert found == {("a/app", titles[0]): other, ("a/app", titles[1]): down}
    assert pauses == [3, 3]


def test_a_proxy_without_backends_is_left_in_the_end() -> None:
    page = next(iter(spoken("haproxy", 80, traits=("web",)).values()))
    at = ("a/app", page.title)
    down = Answer((("status", "502"),))
    pauses: list[float] = []
    found = for_backends(
        lambda _: {at: down}, "a/app", [page], {at: PAGE}, {at: down}, pauses.append
    )
    assert found == {at: down}
    assert sum(pauses) == SECONDS
