"""A file of settings that the look lists and whose text it could not carry (binary bytes, a limit)
never makes a verdict milder, and never drops the place of data from a plan that moves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hostkit import host, path, process, text, unit, unowned
from msgspec.structs import replace
from ours import RULES
from test_kinds import CASES, KINDS
from test_plan_properties import MACHINE, WORKLOAD

from planner import facts, workloads
from planner.model import HostPlan, Snapshot
from planner.plan import make_plan
from planner.service import places
from planner.service.unread import sentences as unread_sentences
from tests.judgement import kit

KEPT = ("data", "content", "upload", "state")


def planned(snapshot: Snapshot) -> HostPlan:
    return make_plan([snapshot], RULES, as_of=None, version="0").hosts[0]


def without(snapshot: Snapshot, path: str) -> Snapshot:
    """The look listed the file and carried nothing of it."""
    section = snapshot.sections["files"]
    whole = rf"^F\t{re.escape(path)}\t.*\n(?:\|.*\n?)*"
    left, found = re.subn(whole, "", section.text, flags=re.MULTILINE)
    assert found == 1
    return replace(snapshot, sections={**snapshot.sections, "files": replace(section, text=left)})


def cut(snapshot: Snapshot, path: str) -> Snapshot:
    """The look reached its limit before the first line of the file."""
    section = snapshot.sections["files"]
    whole = rf"^(F\t{re.escape(path)}\t.*\t)0\n(?:\|.*\n?)*"
    left, found = re.subn(whole, r"\g<1>1\n", section.text, flags=re.MULTILINE)
    assert found == 1
    return replace(snapshot, sections={**snapshot.sections, "files": replace(section, text=left)})


def losses(before: HostPlan, after: HostPlan) -> list[str]:
    """What is milder, or moves without a place of its data."""
    now = {w.workload.name: w for w in after.workloads}
    found = []
    for was in before.workloads:
        name, said = was.workload.name, str(was.verdict.outcome)
        if name not in now:
            found.append(f"{name}: not there")
            continue
        then = str(now[name].verdict.outcome)
        if WORKLOAD[then] < WORKLOAD[said]:
            found.append(f"{name}: {said} -> {then}")
        there = {v.path for v in now[name].workload.volumes}
        lost = [v.path for v in was.workload.volumes if v.kind in KEPT and v.path not in there]
        if lost and then.startswith("container"):
            found.append(f"{name}: {then} without {lost}")
    outcomes = MACHINE[before.outcome or "empty"], MACHINE[after.outcome or "empty"]
    return [
        *found,
        *([f"machine: {before.outcome} -> {after.outcome}"] * (outcomes[1] < outcomes[0])),
    ]


@pytest.mark.parametrize("hidden", [without, cut])
@pytest.mark.parametrize("case", CASES)
def test_a_file_that_was_not_read_makes_nothing_milder(case: str, hidden) -> None:  # type: ignore[no-untyped-def]
    snapshot = kit.load(KINDS / f"{case}.yaml").snapshot
    seen, before = facts.read(snapshot), planned(snapshot)
    carried = set(seen.files.value or {})
    listed = [f.path for f in seen.config_files.value or () if f.path in carried and not f.link]
    assert [
        f"{path}: {loss}"
        for path in listed
        for loss in losses(before, planned(hidden(snapshot, path)))
    ] == []


SHOP = "/etc/nginx/conf.d/shop.conf"
SITE = "server { listen 80; root /srv/shop; }\n"


def unread(name: str, content: str | None, **more: Any) -> tuple[str, ...]:
    """Of nginx with one more file of configuration."""
    machine = host(
        units=(unit("nginx.service", "[Service]\nExecStart=/usr/sbin/nginx\n", main_pid=7),),
        processes=(process(7, "/usr/sbin/nginx", unit="nginx.service"),),
        files={} if content is None else text(name, content, **more),
        config_files=(unowned(name, size=90),),
    )
    (found,) = workloads.detect(machine).workloads
    return found.unread


@pytest.mark.parametrize(
    ("name", "content", "more", "counts"),
    [
        (SHOP, SITE, {}, False),
        (SHOP, None, {}, True),
        (SHOP, SITE, {"truncated": True}, True),
        (SHOP, "root_path: ***\n", {}, True),
        (SHOP, "auth_password ***;\n", {"masked": 1}, False),
        ("/etc/nginx/sites-enabled/www.example.com", None, {}, True),
        ("/etc/nginx/GeoIP.mmdb", None, {}, False),
        ("/etc/nginx/tls/shop.crt", None, {}, False),
        ("/etc/nginx/htpasswd", None, {}, False),
    ],
)  # fmt: skip
def test_which_files_count(
    name: str, content: str | None, more: dict[str, Any], counts: bool
) -> None:
    assert unread(name, content, **more) == ((name,) if counts else ())


def nginx(*argv: str, **facts: Any) -> tuple[str, ...]:
    """What of it is not read, started with these arguments."""
    main = process(7, "/usr/sbin/nginx", *argv, unit="nginx.service")
    start = f"[Service]\nExecStart={' '.join(('/usr/sbin/nginx', *argv))}\n"
    machine = host(units=(unit("nginx.service", start, main_pid=7),), processes=(main,), **facts)
    (found,) = workloads.detect(machine).workloads
    return found.unread


OWN = "/srv/shop/nginx.conf"


def test_a_link_counts_for_what_lies_behind_it() -> None:
    link = unowned("/etc/nginx/sites-enabled/shop", link=OWN, size=20)
    assert nginx(config_files=(link,), files={}) == (OWN,)
    assert nginx(config_files=(link,), files=text(OWN, SITE)) == ()
    shipped = unowned("/etc/nginx/sites-enabled/shop", link="../sites-available/shop", size=20)
    assert nginx(config_files=(shipped,), files={}) == ()


def test_what_is_included_from_elsewhere_was_to_be_read() -> None:
    main = "/etc/nginx/nginx.conf"
    listed = unowned(main, size=90)
    for line, counts in (
        (f"include {OWN};", True),
        (f"# include {OWN};", False),
        ("include /usr/share/nginx/modules/x.conf;", False),
        ("include /etc/nginx/mime.types;", False),
    ):
        found = nginx(config_files=(listed,), files=text(main, f"http {{\n  {line}\n}}\n"))
        assert found == ((OWN,) if counts else ()), line


def test_what_an_option_names_was_to_be_read() -> None:
    plain, program = path("/opt/shop/rc", "file", mode="644"), path("/opt/shop/run", "file")
    for argv in (("-c", "/opt/shop/rc"), ("-c/opt/shop/rc",), ("--config=/opt/shop/rc",)):
        assert nginx(*argv, paths=plain, files={}) == ("/opt/shop/rc",), argv
        assert nginx(*argv, paths=plain, files=text("/opt/shop/rc", "")) == (), argv
    assert nginx("-c", "/opt/shop/run", paths=program, files={}) == ()
    assert nginx("/opt/shop/rc", paths=plain, files={}) == ()
    blind = host(unknown={"paths": "time limit"}).paths
    assert nginx("-g", OWN, paths=blind, files={}) == (OWN,)


def test_many_of_one_folder_are_one_sentence() -> None:
    every = [f"/etc/nginx/conf.d/{n}.conf" for n in range(40)]
    assert unread_sentences(every[:1], host()) == (
        "What /etc/nginx/conf.d/0.conf says is not known: its text was not carried.",
    )
    (told,) = unread_sentences(every, host())
    assert "40 files in /etc/nginx/conf.d" in told


def test_each_is_named_among_what_is_not_known() -> None:
    case = kit.load(KINDS / "nginx.yaml").snapshot
    path = "/etc/nginx/sites-enabled/docs"
    for hidden, why in ((without, "its text was not carried"), (cut, "it was carried in part")):
        (found,) = (w for w in planned(hidden(case, path)).workloads if w.workload.name == "nginx")
        assert any(path in u and why in u for u in found.workload.unknowns)
        assert found.verdict.outcome == "insufficient-data"
        assert "data-place-unknown" in {f.rule for f in found.verdict.unchecked}


@pytest.mark.parametrize(
    ("file", "folder"),
    [
        ("/etc/nginx/nginx.conf", "/etc/nginx"),
        ("/etc/redis.conf", "/etc/redis.conf"),
        ("/etc/default/etcd", "/etc/default/etcd"),
        ("/opt/app.yml", "/opt/app.yml"),
        ("/opt/app/app.yml", "/opt/app"),
    ],
)
def test_a_folder_that_others_share_is_nobodys_own(file: str, folder: str) -> None:
    assert places.own_folder(file) == folder


def test_php_of_red_hat_takes_no_file_of_others() -> None:
    """Its configuration lies in /etc itself."""
    path = Path(__file__).parent / "hosts" / "rocky-9" / "expected" / "plan.json"
    assert '"/etc/ssh/sshd_config"' not in path.read_text()
