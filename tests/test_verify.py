"""Comparing a machine's answers with those of its container: questions, masks, what is left."""

from __future__ import annotations

import hashlib
import http.server
import ipaddress
import os
import re
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planner.model import (
    Account,
    HostPlan,
    Image,
    Listener,
    Plan,
    Secret,
    Verdict,
    Volume,
    Workload,
    WorkloadPlan,
)
from planner.questions import (
    Answer,
    Question,
    Result,
    Verified,
    compare,
    questions,
    useful,
)
from planner.questions.compare import digest
from planner.questions.http import asks_only, links, parts, request
from planner.questions.masking import matches, stable
from planner.questions.talks import TALKS, talk_of
from planner.questions.talks import parts as talked
from planner.session import Options
from planner.session.framing import decode
from planner.session.ssh import command
from planner.verify import sides
from planner.verify.again import again_script
from planner.verify.asked import look_script, read
from planner.verify.dial import Exchange, Reply, dial
from planner.verify.processes import errors, listening, processes
from planner.verify.routes import leads_out, on_link, routes, subnets
from planner.verify.talked import Asked, Heard

PAGE = Question("http", "http www.example.com:80 /", port=80, talk="http", path="/")
SHELL = Path(__file__).parent.parent / "planner/verify/look.sh"


def page(body: str, status: str = "200", **headers: str) -> Answer:
    kept = tuple((name.replace("_", "-"), value) for name, value in sorted(headers.items()))
    return Answer((("status", status), *kept, ("body", body)))


def outcome(before: Answer, container: Answer, after: Answer | None = None) -> Result:
    return compare(PAGE, before, container, after or before)


def test_the_same_answer_is_equal_and_any_other_is_not() -> None:
    was = page("<p>since 1987\n", content_type="text/html")
    assert outcome(was, was).outcome == "equal"
    for other in (
        page("<p>since 1988\n", content_type="text/html"),
        page("<p>since 1987\n", "404", content_type="text/html"),
        page("<p>since 1987\n", content_type="text/plain"),
        page("<p>since 1987\n"),
        page("<p>since 1987\n", content_type="text/html", location="/"),
        page("", content_type="text/html"),
        Answer(reason="connection refused"),
    ):
        found = outcome(was, other)
        assert found.outcome == "different", other
        assert found.differences


def test_two_silences_prove_nothing() -> None:
    silent = Answer(reason="connection refused")
    found = outcome(silent, silent)
    assert found.outcome == "unanswered"
    guess = structs.replace(PAGE, guess=True)
    assert useful([found]) == (found,)
    assert useful([compare(guess, silent, silent, silent)]) == ()


def test_a_container_that_says_more_than_its_machine_is_different() -> None:
    assert outcome(Answer(reason="closed"), page("x")).outcome == "different"


def test_what_the_machine_changes_by_itself_is_masked_and_nothing_else() -> None:
    first = page('<input name="csrf" value="8fK2/+aa91xQ=="><p>Total: 12\n<i>10:00:01</i>\n')
    second = page('<input name="csrf" value="Zq0Lb73xtt=="><p>Total: 12\n<i>10:00:04</i>\n')
    fine = page('<input name="csrf" value="00ffeeddcc"><p>Total: 12\n<i>10:00:02</i>\n')
    found = outcome(first, fine, second)
    assert found.outcome == "equal"
    assert found.masked
    assert found.masked[0].startswith("body: ")
    wrong = page('<input name="csrf" value="00ffeeddcc"><p>Total: 13\n<i>10:00:02</i>\n')
    assert outcome(first, wrong, second).outcome == "different"


def test_an_answer_that_changes_as_a_whole_proves_nothing() -> None:
    question = Question("rows", "rows of its data")
    found = compare(
        question, Answer((("rows", "17"),)), Answer((("rows", "x"),)), Answer((("rows", "23"),))
    )
    assert found.outcome == "unanswered"


def test_a_header_that_comes_and_goes_is_not_compared() -> None:
    with_it, without = page("a", x_cached="yes"), page("a")
    assert outcome(with_it, without, without).outcome == "equal"


def test_a_missing_row_is_noticed_while_others_grow() -> None:
    question = Question("rows", "rows of its data")
    before = Answer((("rows", "shop|items|400\nshop|orders|900\nstats|visits|500\n"),))
    after = Answer((("rows", "shop|items|400\nshop|orders|903\nstats|visits|500\n"),))
    fine = Answer((("rows", "shop|items|400\nshop|orders|901\nstats|visits|500\n"),))
    lost = Answer((("rows", "shop|items|400\nshop|orders|901\nstats|visits|499\n"),))
    assert compare(question, before, fine, after).outcome == "equal"
    found = compare(question, before, lost, after)
    assert found.outcome == "different"
    assert "line" in found.differences[0]
    assert dict(found.expected)["rows masked-lines"] == "2"
    assert dict(found.expected)["rows"] == f"sha256:{digest(dict(after.parts)['rows'], [2])}"


TEXT = st.text(st.sampled_from("ab<>=\n \"'0é"), max_size=40)


@given(TEXT, TEXT)
def test_both_answers_of_a_machine_match_what_they_have_in_common(a: str, b: str) -> None:
    pieces = stable(a, b)
    assert matches(pieces, a)
    assert matches(pieces, b)


@given(TEXT, TEXT)
def test_an_answer_that_did_not_change_matches_itself_alone(a: str, b: str) -> None:
    assert matches(stable(a, a), b) == (a == b)


def test_a_long_list_that_changed_is_masked_in_reasonable_time() -> None:
    a = "".join(f"row {n}\n" for n in range(60_000))
    b = "".join(f"row {n}\n" for n in range(5, 60_007))
    assert matches(stable(a, b), a)


def raw(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def test_an_answer_over_http_is_taken_apart() -> None:
    said = dict(
        parts(
            raw(
                "HTTP/1.1 200 OK\nServer: nginx/1.22.1\nDate: Sat, 21 Nov 2026 18:00:00 GMT\n"
                "Set-Cookie: sid=4711; Path=/\nX-Served-By: garden\nX-Request-Id: 81f\n"
                "Transfer-Encoding: chunked\n\n5\nhello\n1;x=y\n!\n0\n\n"
            )
        )
    )
    assert said == {
        "status": "200",
        "server": "nginx",
        "set-cookie": "sid",
        "x-served-by": "garden",
        "body": "hello!",
    }
    assert parts(b"SSH-2.0-OpenSSH_9.2\r\n") == ()
    assert parts(b"") == ()
    assert dict(parts(raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nzz\nx")))["body"] == ""


def test_a_request_is_a_get_that_names_the_site() -> None:
    lines = request("www.example.com", "/a").split(b"\r\n")
    assert lines[0] == b"GET /a HTTP/1.1"
    assert b"Host: www.example.com" in lines


@pytest.mark.parametrize(
    "path",
    ["/about.html", "/install", "/css/add.css", "/docs/", "/receipts/1001", "/start.html"],
)
def test_paths_that_a_reader_may_follow(path: str) -> None:
    assert asks_only(path) == (path != "/nothing")


@pytest.mark.parametrize(
    "path",
    [
        "/logout",
        "/user/delete",
        "/jobs/run/7",
        "/cart/add-item",
        "/x/../../etc",
        "/a%2e%2e",
        "/a b",
    ],
)
def test_paths_that_may_do_something_are_not_asked(path: str) -> None:
    assert not asks_only(path)


def test_links_stay_on_the_site_and_have_no_query() -> None:
    body = (
        '<a href="/about.html">a</a> <a href=use>b</a> <img src="https://www.example.com/logo.png">'
        '<a href="https://elsewhere.example/x">c</a> <a href="/search?q=1">d</a>'
        '<a href="mailto:a@example.com">e</a> <a href="#top">f</a> <a href="/logout">g</a>'
        '<a href="//www.example.com/guide/">h</a> <a href="/about.html#x">i</a>'
    )
    answer = (("content-type", "text/html; charset=utf-8"), ("body", body))
    assert links("www.example.com", "/", answer) == (
        "/about.html",
        "/use",
        "/logo.png",
        "/guide/",
    )
    moved = (("status", "302"), ("location", "https://www.example.com/start.html"), ("body", ""))
    assert links("www.example.com", "/", moved) == ("/start.html",)


@given(st.text(max_size=60))
def test_no_link_leads_to_what_is_not_a_plain_path(link: str) -> None:
    answer = (("content-type", "text/html"), ("body", f'<a href="{link}">'))
    for path in links("www.example.com", "/", answer):
        assert re.fullmatch(r"/[A-Za-z0-9/_.~+,@:-]*", path)
        assert ".." not in path.split("/")


def workload(**more: object) -> Workload:
    fields: dict[str, object] = {
        "id": "a/app", "host": "a", "name": "app", "kind": "service", "title": "",
        "state": "running", **more,
    }  # fmt: skip
    return Workload(**fields)  # type: ignore[arg-type]


def titles(w: Workload, **more: object) -> list[str]:
    return [q.title for q in questions(w, **more)]  # type: ignore[arg-type]


def test_a_web_server_is_asked_under_each_name_on_each_port() -> None:
    w = workload(
        traits=("web",),
        sites=("www.example.com", "docs.example.com"),
        listeners=(
            Listener("tcp", "0.0.0.0", 80),
            Listener("tcp", "::", 80),
            Listener("tcp", "0.0.0.0", 443),
        ),
    )
    found = titles(w, paths=("/healthz",))
    assert found.count("listens on 80/tcp") == 1
    for site in w.sites:
        assert f"http {site}:80 /" in found
        assert f"https {site}:443 /healthz" in found
        assert f"TLS names on 443/tcp for {site}" in found
    assert len(found) == len(set(found))


def test_what_takes_any_byte_for_an_order_is_not_spoken_to() -> None:
    w = workload(listeners=(Listener("tcp", "0.0.0.0", 9100), Listener("tcp", "0.0.0.0", 502)))
    spoken = [q for q in questions(w) if q.port and q.kind != "listener"]
    assert spoken == []


def test_data_is_only_asked_for_where_there_is_a_copy() -> None:
    w = workload(
        census="psql -c 'select 1'",
        user=Account("postgres", 5, 5, "/", "/bin/sh"),
        volumes=(
            Volume("v", "/srv/data", "data", ""),
            Volume("w", "/srv/www", "content", "", read_only=True, consistency="live"),
            Volume("n", "/mnt/share", "data", "", consistency="none"),
        ),
        secrets=(Secret("/etc/app.env", "", form="env"),),
    )
    kinds = [q.kind for q in questions(w)]
    assert kinds.count("owners") == 2
    assert kinds.count("files") == 1
    assert {"rows", "environment"} <= set(kinds)
    assert not {"rows", "owners", "files"} & {q.kind for q in questions(w, data=False)}


def test_protocols_are_told_by_port_and_kind() -> None:
    redis = workload(kind="redis", listeners=(Listener("tcp", "127.0.0.1", 7000),))
    assert talk_of(redis, redis.listeners[0]) == next(t for t in TALKS if t.name == "redis")
    broker = workload(
        kind="rabbitmq",
        listeners=(Listener("tcp", "0.0.0.0", 5672), Listener("tcp", "0.0.0.0", 15672)),
    )
    assert talk_of(broker, broker.listeners[1]) is None


@pytest.mark.parametrize(
    ("name", "said", "kept"),
    [
        ("smtp", b"220 mx.example.com ESMTP\r\n", {"says": "220 mx.example.com ESMTP"}),
        (
            "ssh",
            b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
            {"says": "SSH-N-OpenSSH_N Debian-N"},
        ),
        ("redis", b"+PONG\r\n", {"says": "+PONG"}),
        ("memcached", b"VERSION 1.6.18\r\n", {"says": "VERSION N"}),
        ("postgresql", b"S", {"ssl": "S"}),
        ("mqtt", b"\x20\x02\x00\x05", {"connack": "5"}),
        (
            "mysql",
            b"\x5a\0\0\0\x0a5.5.5-10.11.6-MariaDB-0+deb12u1\0\x07\0\0\0abcdefgh\0\xfe\xf7"
            b"mysql_native_password\0",
            {"server": "N-MariaDB-N", "plugin": None},
        ),
        ("mysql", b"\x10\0\0\0\xff\x6a\x04#HY000Host not allowed", {"error": "Host not allowed"}),
        ("redis", b"", {}),
    ],
)  # fmt: skip
def test_greetings_without_versions(name: str, said: bytes, kept: dict[str, str | None]) -> None:
    found = dict(talked(name, said))
    assert set(found) == set(kept)
    for part, text in kept.items():
        assert text is None or text in found[part]


STATUS = "\n".join(
    [
        "P 1 0 0 10 catatonit", "P 7 1 33 2048 nginx", "P 8 7 33 1024 nginx", "E 7 PORT",
        "E 7 LANG",
        "P 90 0 0 900 sh", "P 91 90 0 900 awk", "P x", "E y z",
    ]
)  # fmt: skip


def test_processes_of_a_container_without_the_look_itself() -> None:
    found = processes(STATUS, inside=True)
    assert [p.pid for p in found] == [1, 7, 8]
    assert found[1].variables == {"PORT", "LANG"}
    assert len(processes(STATUS, inside=False)) == 5


def test_listeners_of_proc_net() -> None:
    text = (
        "tcp\n  sl  local_address rem_address   st\n   0: 0100007F:18EB 00000000:0000 0A x\n"
        "   1: 0100007F:18EC 0100007F:0050 01 x\ntcp6\n   0: 00000000000000000000000000000000:0050 "
        "00000000000000000000000000000000:0000 0A x\nudp\n  5: 00000000:0035 00000000:0000 07 x\n"
    )
    assert listening(text) == {("tcp", 6379), ("tcp", 80), ("udp", 53)}


def test_a_log_is_read_the_same_way_on_both_sides() -> None:
    log = b'2026-11-21 10:00:01 [7] ERROR: relation "x12" is missing at 0xdeadbeef\n\nall fine\n'
    log += b"error: client: 10.213.0.1, request: get /receipts/1001 http/1.1, 7#7\n"
    log += "Ünicode Fatal: caf\u00e9 42\n".encode()
    function = re.search(r"^kinds\(\) \{.*?^\}", SHELL.read_text(), re.S | re.M)
    assert function
    lines = subprocess.run(
        ["sh", "-c", f"{function[0]}\nkinds"],
        input=log,
        capture_output=True,
        check=True,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
    ).stdout.decode()
    assert sorted(lines.splitlines()) == sorted(errors(log).values())
    assert len(errors(log)) == 3


def test_logs_on_a_network_mount_are_never_touched(tmp_path: Path) -> None:
    for folder in ("far", "near"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "app.log").write_text(f"error {folder}\n")
    common = SHELL.parents[1] / "session/remote/common.sh"
    body = common.read_text() + SHELL.read_text().replace("\nmain <", "\n: main <")
    files = f"{tmp_path}/far/app.log - {tmp_path}/near/app.log"
    body += f"\nprepare; REMOTE={tmp_path}/far UNIT=- FILES='{files}'; logs\n"
    done = subprocess.run(
        ["sh", "-s"],
        input=body.encode(),
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"], "PLANNER_NONCE": "0" * 32, "PLANNER_MASK": "x"},
    )
    assert done.stdout.decode().split() == [hashlib.sha256(b"error near\n").hexdigest()]


ROUTES = (
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    "eth0\t00C8C70A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
)


def test_a_way_out_is_seen() -> None:
    lo = "0" * 32 + " 00 " + "0" * 32 + " 00 " + "0" * 32 + " ffffffff 1 0 00200200 {}\n"
    assert routes(ROUTES) == ["10.199.200.0/24"]
    assert not leads_out(ROUTES, lo.format("lo"))
    assert leads_out(ROUTES, lo.format("eth0"))
    assert leads_out(ROUTES + "eth0\t00000000\t0100C70A\t3\t0\t0\t0\t00000000\t0\t0\t0\n", "")


def test_only_what_is_on_a_network_of_this_machine_is_dialled() -> None:
    far = ROUTES + "eth0\t00000000\t0100C70A\t3\t0\t0\t0\t00000000\t0\t0\t0\n"
    assert on_link(far, "10.199.200.10")
    assert not on_link(far, "10.199.201.10")


def test_the_network_overlaps_with_nothing_that_is_known() -> None:
    plan = Plan(1, "", "", "", "", (HostPlan("a", "a", "seen", "captured", ""),))
    first = next(subnets(plan, [], "seed"))
    used = HostPlan(
        "a", "a", "seen", "captured", "", addresses=(f"{first.network_address + 7}/16",),
    )  # fmt: skip
    other = next(subnets(structs.replace(plan, hosts=(used,)), [], "seed"))
    assert not other.overlaps(ipaddress.ip_network(used.addresses[0], strict=False))


def test_a_machine_is_reached_as_the_inventory_says() -> None:
    said = {
        "ansible_host": "192.0.2.7",
        "ansible_port": 2222,
        "ansible_user": "ops",
        "ansible_ssh_private_key_file": "/keys/id with space",
        "ansible_ssh_common_args": "-o ProxyJump=bastion",
    }
    line = command("web", said, Options())
    assert line.endswith("-p 2222 -l ops -i '/keys/id with space' -- 192.0.2.7")
    assert "ProxyJump=bastion" in line
    assert command("web", {"ansible_host": "{{ x }}"}, Options()) == ""
    assert command("web", {"ansible_connection": "winrm"}, Options()) == ""
    assert command("web", {"ansible_connection": "local"}, Options()) == "sh -c"
    assert command("-oProxyCommand=x", {}, Options()).endswith("-- -oProxyCommand=x")


class Site(http.server.BaseHTTPRequestHandler):
    """A page whose second line changes by itself, and a server that redirects."""

    text = "since 1987"

    def do_GET(self) -> None:
        body = f"<p>{self.text}\n<p>{time.monotonic_ns()}\n<p>end\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        pass


def ask_again(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "verify.sh"],
        cwd=folder,
        env={**os.environ, "ADDRESS": "127.0.0.1", "ENGINE": "", f"PORT_{port}": str(port)},
        capture_output=True,
        text=True,
    )


def test_the_script_asks_again_and_notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        w = workload(traits=("web",), listeners=(Listener("tcp", "0.0.0.0", port),))
        image = Image("base", "", "debian", "planner/a-app:1")
        host = HostPlan(
            "a", "a", "seen", "captured", "", address="192.0.2.7",
            workloads=(WorkloadPlan(w, Verdict("container"), image),),
        )  # fmt: skip
        question = next(q for q in questions(w) if q.kind == "http")
        spoken = Exchange("127.0.0.1", port, request("192.0.2.7", "/"), ends=True)
        before, inside, after = (Answer(parts(dial(spoken).data)) for _ in range(3))
        result = compare(question, before, inside, after)
        assert result.outcome == "equal"
        verified = Verified(w.id, image.tag, results=(result,), built=True)
        text = again_script(host, {w.id: verified}, "2026-11-21T18:00:00Z")
        (tmp_path / "verify.sh").write_text(text)
        done = ask_again(tmp_path, port)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "3 asked, 0 different" in done.stdout
        monkeypatch.setattr(Site, "text", "since 1988")
        done = ask_again(tmp_path, port)
        assert done.returncode == 1
        assert "different  a/app: http by address" in done.stdout
        server.shutdown()
    assert ask_again(tmp_path, port).returncode == 1


def test_the_script_names_a_hostile_machine_in_a_comment_alone() -> None:
    w = workload(listeners=(Listener("tcp", "0.0.0.0", 80),), id="a/$(touch x)`y`'")
    question = Question("http", "http \n$(touch x)", "0.0.0.0", 80, path="/a'b")
    result = Result(question, "equal", expected=(("status", "2'00"), ("location", "$(x)\ny")))
    host = HostPlan(
        "a\nrm -rf /", "a", "seen", "captured", "", address="192.0.2.7",
        workloads=(WorkloadPlan(w, Verdict("container"), Image("b", "", "debian", "t")),),
    )  # fmt: skip
    text = again_script(host, {w.id: Verified(w.id, "t", results=(result,))}, "2026")
    assert not re.search(r"^rm -rf", text, re.M)
    done = subprocess.run(["sh", "-n"], input=text, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


ADDRESSES = (
    "192.0.2.8/24", "2001:db8::8/64", "169.254.169.254/16", "fe80::1/64", "224.0.0.1/4", "0.0.0.0/0"
)  # fmt: skip


@pytest.mark.parametrize(
    ("address", "dialled"),
    [
        ("0.0.0.0", "192.0.2.7"),
        ("::", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.8", "192.0.2.8"),
        ("::ffff:192.0.2.8", "::ffff:192.0.2.8"),
        ("2001:db8::8", "2001:db8::8"),
        ("10.0.0.5", ""),
        ("169.254.169.254", ""),
        ("::ffff:169.254.169.254", ""),
        ("fe80::1", ""),
        ("224.0.0.1", ""),
        ("127.0.0.1", ""),
        ("other.example.com", ""),
    ],
)
def test_only_what_is_known_of_the_machine_is_dialled_from_here(
    address: str, dialled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = HostPlan("a", "a", "seen", "captured", "", address="192.0.2.7", addresses=ADDRESSES)
    question = Question("http", "http", address, 80, path="/")
    asked = sides._of_machine(host, workload(), question, frozenset())
    assert asked.host == dialled
    seen: list[str] = []

    def dials(exchanges: Mapping[int, Exchange]) -> dict[int, Reply]:
        seen.extend(one.host for one in exchanges.values())
        return {n: Reply(reason="refused") for n in exchanges}

    monkeypatch.setattr(sides, "dial_all", dials)
    replies = sides._dialled([asked])
    assert seen == [dialled] * bool(dialled)
    if not dialled and address != "other.example.com":
        assert f"ask\t0\t{address}\t80\t" in look_script([asked], replies, "0" * 32)


def census_of(name: str, uid: int) -> Asked:
    user = Account(name, uid, uid) if name else None
    w = structs.replace(workload(), user=user, census="id -u")
    host = HostPlan("a", "a", "seen", "captured", "")
    return sides._of_machine(host, w, Question("rows", "rows of its data"), frozenset())


@pytest.mark.parametrize(
    ("name", "uid", "who"),
    [
        ("postgres", 110, "postgres"),
        ("root", 0, "root"),
        ("DOM\\svc", 9001, "9001"),
        ("svc$", 33, "33"),
        ("-c", 33, "33"),
        ("33", 33, "33"),
        ("svc$", -1, None),
        ("", 0, None),
    ],
)
def test_rows_are_counted_as_the_account_or_not_at_all(
    name: str, uid: int, who: str | None
) -> None:
    asked = census_of(name, uid)
    assert asked.who == who
    text = look_script([asked], {}, "0" * 32)
    (answer,) = read([asked], Heard()).values()
    assert not answer.asked
    if who is None:
        assert text == ""
        assert answer.reason == "the account that it runs as is not known"
    else:
        assert f"\t{who}\t" in text


def test_rows_are_counted_by_number() -> None:
    """Of another account where these tests are root's."""
    uid = os.getuid() or 65534
    asked = census_of("svc$", uid)
    text = look_script([asked], {}, "0" * 32)
    done = subprocess.run(["sh", "-s"], input=text.encode(), capture_output=True)
    (answer,) = read([asked], Heard(payload=decode(done.stdout, "0" * 32))).values()
    assert dict(answer.parts)["rows"].strip() == str(uid)
    asked = census_of("svc$", 54321)
    done = subprocess.run(
        ["sh", "-s"], input=look_script([asked], {}, "0" * 32).encode(), capture_output=True
    )
    (answer,) = read([asked], Heard(payload=decode(done.stdout, "0" * 32))).values()
    assert not answer.asked
    assert "no account has number 54321" in answer.reason


ROWS = ("alice@example.com|3\nbob|4\n", "alice@example.com|3\nBob|5\n", "carol", "carol|1\n")


@pytest.mark.parametrize("machine", ROWS)
@pytest.mark.parametrize("container", [*ROWS, ""])
def test_no_row_of_a_census_is_kept(machine: str, container: str) -> None:
    question = Question("rows", "rows of its data")
    was, mine = (Answer((("rows", text),) if text else ()) for text in (machine, container))
    found = compare(question, was, mine, was)
    assert found.outcome == ("equal" if machine == container else "different")
    kept = msgspec.json.encode(found).decode().lower()
    assert not re.search("alice|bob|carol", kept)
    assert dict(found.expected)["rows"].startswith("sha256:")


def test_a_census_says_which_line_differs_and_how_many_there_are() -> None:
    question = Question("rows", "rows of its data")
    was, mine, alone = (Answer((("rows", t),)) for t in (*ROWS[:2], "17\n"))
    (told,) = compare(question, was, mine, was).differences
    assert re.fullmatch(r"rows: line 2: 2 lines, sha256 \w{12} / 2 lines, sha256 \w{12}", told)
    (told,) = compare(question, alone, Answer((("rows", "16\n"),)), alone).differences
    assert told == "rows: line 1: 17 / 16"
