"""What a comparison of some workloads leaves of the others, and what is shown of it."""

from __future__ import annotations

from pathlib import Path

from planner import store
from planner.cli.compared import lines, result
from planner.model import HostPlan, Image, Plan, Verdict, Workload, WorkloadPlan
from planner.questions import Answer, Question, Result, Verification, Verified, compare
from planner.verify.again import again_script
from planner.verify.lines import own_errors
from planner.verify.merged import earlier, merged

PAGE = Question("http", "http by address:80 /", "0.0.0.0", 80, talk="http", path="/")


def plan(*names: str) -> Plan:
    items = tuple(
        WorkloadPlan(
            Workload(f"a/{name}", "a", name, "service", "", "running"),
            Verdict("container"),
            Image("base", "", "debian", f"planner/a-{name}:1"),
        )
        for name in names
    )
    host = HostPlan("a", "a", "seen", "captured", "", address="192.0.2.7", workloads=items)
    return Plan(1, "", "", "", "", (host,))


def verified(name: str, status: str = "200") -> Verified:
    results = (Result(PAGE, "equal", expected=(("status", status),)),)
    return Verified(f"a/{name}", f"planner/a-{name}:1", built=True, results=results)


def comparison(day: str, sha256: str, *workloads: Verified) -> Verification:
    return Verification(1, "p", sha256, f"{day}T10:00:00Z", "podman", "copy", workloads)


def test_what_was_not_compared_now_keeps_its_results_and_their_day() -> None:
    old = comparison("2026-11-01", "aa", verified("web"), verified("db"), verified("gone"))
    new = comparison("2026-11-21", "bb", verified("db", "503"))
    found = merged(plan("db", "web"), old, new)
    assert [w.workload for w in found.workloads] == ["a/db", "a/web"]
    db, web = found.workloads
    assert db == new.workloads[0]
    assert (web.began_at, web.plan_sha256) == ("2026-11-01T10:00:00Z", "aa")
    assert web.results == old.workloads[0].results
    third = merged(plan("db", "web"), found, comparison("2026-11-22", "cc", verified("db")))
    assert third.workloads[1] == web
    assert merged(plan("db"), None, new) == new


def test_the_script_asks_for_both_and_says_of_which_day_each_is() -> None:
    old = comparison("2026-11-01", "aa", verified("web"), verified("db"))
    new = comparison("2026-11-21", "aa", verified("db", "503"))
    both = merged(plan("db", "web"), old, new)
    text = again_script(plan("db", "web").hosts[0], {w.workload: w for w in both.workloads}, "2026")
    assert "503" in text
    assert "# What follows is of 2026-11-01:" in text
    assert text.count("\nsaid ") == 2


def test_a_file_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    file = tmp_path / "verify.json"
    assert earlier(file) is None
    file.write_text('{"schema": 1}')
    assert earlier(file) is None
    made = comparison("2026-11-01", "aa", verified("web"))
    store.write_file(file, store.encode(made))
    assert earlier(file) == made


def test_a_side_that_could_not_be_asked_is_no_difference() -> None:
    said = Answer((("status", "200"), ("body", "since 1987")))
    nobody = Answer(reason="unreachable: no route", asked=False)
    silent = Answer(reason="Connection refused")
    for machine, container in ((nobody, said), (said, nobody), (nobody, nobody)):
        found = compare(PAGE, machine, container, machine)
        assert found.outcome == "unanswered"
        assert "could not be asked: unreachable" in found.differences[0]
    assert compare(PAGE, said, silent, said).outcome == "different"
    assert compare(PAGE, silent, said, silent).outcome == "different"
    # asked once of two times is asked
    assert compare(PAGE, nobody, said, said).outcome == "equal"


def test_the_table_tells_no_answer_from_different() -> None:
    said, other = (Answer((("status", status),)) for status in ("200", "500"))
    down = Answer(reason="it does not run", asked=False)
    pages = [Question("http", f"http by address:80 /{n}", port=80) for n in range(5)]
    silent = Verified("a/b", "t", results=tuple(compare(q, said, down, said) for q in pages))
    assert result(silent) == "no answer"
    (line,) = lines(silent)
    assert line == (
        "no answer: http by address:80 /0, http by address:80 /1, http by address:80 /2 "
        "and 2 more: the container could not be asked: it does not run"
    )
    wrong = Verified("a/b", "t", results=(*silent.results, compare(PAGE, said, other, said)))
    assert result(wrong) == "different"
    assert next(iter(lines(wrong))) == "different: http by address:80 /: status: 200 / 500"
    fine = Verified("a/b", "t", results=(compare(PAGE, said, said, said),))
    assert (result(fine), list(lines(fine))) == ("equal", [])
    assert result(Verified("a/b", "t", "its image could not be built")) == "no answer"


def test_lines_about_the_comparison_itself_are_no_errors() -> None:
    ours = [
        b'{"level":"error","logger":"http.log.access","msg":"handled request","request":{"headers":'
        b'{"User-Agent":["planner-verify"]}},"status":500}',
        b'{"level":"error","msg":"x","request":{"uri":"/planner-verify/no-such-page"}}',
        b'10.192.0.1 - - [21/Nov/2026] "GET /errors.html HTTP/1.1" 404 153 "-" "curl"',
        b'level=error msg="refused" status=403 path=/fatal',
        b'{"level":"error","status":401,"msg":"denied"}',
        b"2026-11-21 10:00:00 UTC [7] FATAL:  the database system is starting up",
        b"FATAL:  the database system is not yet accepting connections",
    ]
    theirs = [
        b'{"level":"error","msg":"no connection to db","status":502}',
        b'10.192.0.1 - - [21/Nov/2026] "GET /error HTTP/1.1" 500 404 "-" "curl"',
        b'FATAL:  password authentication failed for user "shop"',
        b"error: planned maintenance",
    ]
    log = b"\n".join(line for pair in zip(ours, ours, strict=True) for line in pair) + b"\n"
    assert own_errors(log) == b""
    assert own_errors(b"\n".join(theirs) + b"\n").splitlines() == theirs
