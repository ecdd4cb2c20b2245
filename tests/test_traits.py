"""What a program is by its names and configuration: tests/workloads/traits.yaml, and every name of
the tables by each way in which it may be met."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hostkit import deb, host, process, tcp, text, unit
from msgspec.structs import replace

from planner.model import Environment, Fact, Host, Listener
from planner.service import catalogue
from planner.store import name_table
from planner.workloads import Detected, detect

CASES = yaml.safe_load((Path(__file__).parent / "workloads" / "traits.yaml").read_text())
SEEN = {"stateless"}
"""Traits by what a service was seen to keep, which these machines say nothing of."""


def made(case: dict[str, Any]) -> Host:
    argv = shlex.split(case.get("run", "")) if case.get("exe") is None else [case["run"]]
    if "exe" in case and "/" in case["run"].partition(" ")[0]:
        argv = shlex.split(case["run"])
    exe = case.get("exe") or (argv[0] if argv and argv[0].startswith("/") else "")
    if argv and not exe:
        exe = f"/usr/lib/jvm/17/bin/{argv[0]}"
    name = f"{case.get('unit', 'thing')}.service"
    owned = {exe: case["package"]} if "package" in case else {}
    running = [process(5, *argv, exe=exe, uid=2, unit=name)] if argv else []
    if "beside" in case:
        words = shlex.split(case["beside"])
        running.append(process(9, *words, uid=1000, unit="session-1.scope"))
    start = (
        f"ExecStart={exe if argv else '/usr/sbin/' + name.partition('.')[0].partition('@')[0]}\n"
    )
    body = f"[Service]\n{start if not argv else ''}"
    files: dict[str, Any] = {}
    for path, content in case.get("files", {}).items():
        files |= text(path, content)
    port = case.get("listens")
    protocol = case.get("protocol", "tcp")
    names = (Environment(5, (case["environment"],)),) if "environment" in case else ()
    return host(
        units=(unit(name, body, main_pid=5 if argv else 0),),
        processes=tuple(running),
        listeners=(Listener(protocol, "0.0.0.0", port, (5,)),) if port else (),
        owners=owned,
        packages=(deb(case["package"], "1.0-1"),) if "package" in case else (),
        files=files,
        environments=names,
        addresses=("10.0.0.5/24",),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda c: " ".join(map(str, c.values()))[:90])
def test_a_name_says_what_it_is(case: dict[str, Any]) -> None:
    found = detect(made(case))
    if fate := case.get("agent"):
        assert [w.name for w in found.workloads] == []
        assert [a.fate for a in found.agents] == ([] if fate == "plumbing" else [fate])
        return
    own = [w for w in found.workloads if 5 in w.pids or w.unit == f"{case['unit']}.service"]
    assert [a.name for a in found.agents] == []
    expected = set(case["is"].split())
    assert [set(w.traits) - (SEEN - expected) for w in own] == [expected]


ORDINARY = ("mail-merge", "shop", "invoice-exporter")


def literal(pattern: str) -> str:
    """A name that a pattern of the tables stands for."""
    return pattern.replace("#", "-3").replace("?", "1").replace("*", "x1")


def workload_names() -> Iterator[tuple[str, str, str]]:
    for key, told in yaml.safe_load(name_table("workloads")).items():
        for way in ("names", "programs", "units", "packages", "java"):
            if "when" not in told:
                yield from ((key, way, literal(n)) for n in told.get(way, "").split())


def met(way: str, name: str) -> Detected:
    """A machine on which something answers others that has this name in one way."""
    exe = {"programs": f"/usr/sbin/{name}", "java": "/usr/bin/java"}.get(way, "/usr/sbin/thing7")
    argv = (exe, "-jar", f"/opt/{name}") if name.endswith((".jar", ".war")) else (exe,)
    argv = (exe, "-Xmx1g", name) if way == "java" and len(argv) == 1 else argv
    called = f"{name}.service" if way == "units" else "thing7.service"
    return detect(
        host(
            units=(unit(called, "[Service]\n", main_pid=5),),
            processes=(process(5, *argv, exe=exe, uid=2, unit=called),),
            listeners=(tcp(8765, 5),),
            owners={exe: name} if way == "packages" else {},
            packages=(deb(name, "1.0-1"),) if way == "packages" else (),
        )
    )


@pytest.mark.parametrize("way", ["programs", "units", "packages", "java"])
def test_every_name_of_the_table_gives_its_traits(way: str) -> None:
    table = {entry.key: entry for entry in catalogue.workloads()}
    wrong = {}
    for key, told_as, name in workload_names():
        if told_as not in (way, "names") or (way == "java") != (told_as == "java"):
            continue
        found = met(way, name)
        traits = {t for w in found.workloads for t in w.traits}
        kernel = {"kernel-service"} if table[key].kernel else set()
        if not {*table[key].traits, *kernel} <= traits or found.agents:
            wrong[name] = (key, sorted(traits), [a.name for a in found.agents])
    assert wrong == {}


@pytest.mark.parametrize("way", ["programs", "units", "packages"])
def test_every_agent_that_answers_nobody_is_one_by_each_way(way: str) -> None:
    wrong = {}
    for told in yaml.safe_load(name_table("agents")):
        for field in {way, "names"} & told.keys():
            for name in map(literal, told[field].split()):
                found = detect(quiet(way, name))
                fates = {a.fate for a in found.agents}
                if found.workloads or not fates <= {told["fate"]} or (way != "units" and not fates):
                    wrong[name] = ([w.name for w in found.workloads], sorted(fates))
    assert wrong == {}


def quiet(way: str, name: str) -> Host:
    exe = f"/usr/sbin/{name}" if way == "programs" else "/usr/sbin/thing7"
    called = f"{name}.service" if way == "units" else "thing7.service"
    return host(
        units=(unit(called, "[Service]\n", main_pid=5),),
        processes=(process(5, exe, uid=2, unit=called),),
        owners={exe: name} if way == "packages" else {},
        packages=(deb(name, "1.0-1"),) if way == "packages" else (),
    )


@pytest.mark.parametrize("name", ORDINARY)
def test_no_pattern_takes_an_ordinary_name(name: str) -> None:
    for affixed in (name, f"{name}-server", f"my{name}", f"{name}d"):
        low = frozenset({affixed})
        assert not any(e.names.any(low) or e.programs.any(low) for e in catalogue.workloads())
        assert not any(e.names.any(low) or e.programs.any(low) for e in catalogue.agents())


def test_a_cluster_that_nobody_could_look_for_is_an_open_question() -> None:
    case = {"run": "/usr/sbin/mysqld", "unit": "mysql", "is": "database"}
    seen, h = made(case), made(case)
    hidden = replace(h, files=Fact("files", unknown="not looked"))
    asked = "Whether it is one node of a cluster: not looked"
    assert [asked in w.unknowns for w in detect(hidden).workloads] == [True]
    assert [asked in w.unknowns for w in detect(seen).workloads] == [False]


def test_a_helper_that_a_database_starts_does_not_make_it_a_mail_server() -> None:
    name = "shop.service"
    found = detect(
        host(
            units=(unit(name, "[Service]\nExecStart=/opt/shop/bin/shop\n", main_pid=5),),
            processes=(
                process(5, "/opt/shop/bin/shop", uid=2, unit=name),
                process(6, "/usr/sbin/sendmail", "-t", ppid=5, uid=2, unit=name),
            ),
            listeners=(tcp(8080, 5),),
        )
    )
    assert [set(w.traits) - SEEN for w in found.workloads] == [set()]


def test_what_an_ordinary_shell_starts_is_known_by_itself() -> None:
    name = "legacy.service"
    found = detect(
        host(
            units=(unit(name, "[Service]\nExecStart=/opt/start.sh\n", main_pid=5),),
            processes=(
                process(5, "/bin/bash", "/opt/start.sh", uid=2, unit=name),
                process(6, "/opt/mysql/bin/mysqld", ppid=5, uid=2, unit=name),
            ),
        )
    )
    assert [set(w.traits) - SEEN for w in found.workloads] == [{"database"}]


def test_an_agent_beside_a_program_in_one_unit_hides_nothing() -> None:
    name = "legacy.service"
    found = detect(
        host(
            units=(unit(name, "[Service]\n"),),
            processes=(
                process(5, "/opt/telegraf/telegraf", uid=2, unit=name),
                process(6, "/opt/own/program", uid=2, unit=name),
            ),
        )
    )
    assert ([w.name for w in found.workloads], found.agents) == (["legacy"], ())
