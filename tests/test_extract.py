"""Fetching build contexts from this machine, and what a hostile one may answer."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from planner import store
from planner.cli import app
from planner.cli.extract import say
from planner.errors import OutputError
from planner.extract import Context, extract, forgotten, stale
from planner.extract.unpack import build, content_name
from planner.extract.wanted import Entry, batches, listings
from planner.model import Admission, Copy, HostPlan, Plan, Section, Verdict, Workload, WorkloadPlan
from planner.session import Options
from planner.session.framing import Payload

SECRET = "s3cr3t-Wegwarte"
PEM = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"

KEPT = {
    "app/main.py": b"import os\npassword = os.environ['DB_PASSWORD']\n",
    "app/blob.bin": os.urandom(70_000) + b"\0\r\n\xff",
    "app/empty": b"",
    "app/app.conf": b"# requirepass foobared\nlisten = 80\npassword_file = /run/secrets/x\n",
    "app/cert.pem": b"-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n",
    "app/with space 'and' $(touch x)": b"x",
}
LEFT = {
    "app/.env": (f"A={SECRET}", "environment file"),
    "app/.env.production": (f"A={SECRET}", "environment file"),
    "app/shop.env": (f"A={SECRET}", "environment file"),
    "app/tls.key": (PEM, "key file"),
    "app/cert-and-key.pem": (PEM, "private key inside"),
    "app/settings.yml": (f"db:\n  password: {SECRET}\n", "holds secrets in plain text (1)"),
    "app/old.ini": (f"#password={SECRET}\n", "holds secrets in plain text (1)"),
    "app/settings.py": (f'DB_PASSWORD = "{SECRET}"\n', "holds secrets in plain text (1)"),
    "app/db.properties": (f"url=jdbc:x://h?password={SECRET}\n", "holds secrets in plain text (1)"),
    "app/.ssh/id_rsa": (PEM, "key of ssh"),
    "app/.aws/credentials": (SECRET, "credentials of a login"),
    "app/.kube/config": (SECRET, "credentials of a login"),
    "app/.netrc": (SECRET, "credentials of a login"),
    "app/.pgpass": (SECRET, "credentials of a login"),
    "app/.git-credentials": (SECRET, "credentials of a login"),
    "app/krb5.keytab": (SECRET, "key file"),
    "app/shadow": (SECRET, "password hashes"),
    "app/sudoers": (SECRET, "rules of sudo"),
    "app/ssh_host_ed25519_key": (SECRET, "host key of ssh"),
    "app/line\nbreak": ("x", "its name holds a line break"),
}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A tree as a machine may have it, secrets and oddities included."""
    root = tmp_path / "machine"
    for name, content in {**KEPT, **{k: v.encode() for k, (v, _) in LEFT.items()}}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    (root / "app/hollow").mkdir(mode=0o750)
    (root / "app/data").mkdir()
    (root / "app/data/volume").write_text("stays")
    (root / "app/link").symlink_to("main.py")
    (root / "app/python").symlink_to("/usr/bin/python3")
    (root / "app/shadowed").symlink_to("/etc/shadow")
    os.mkfifo(root / "app/pipe")
    (root / "app/main.py").chmod(0o4755)
    return root


def plan(*workloads: Workload, outcome: str = "container") -> Plan:
    hosts: dict[str, list[WorkloadPlan]] = {}
    for workload in workloads:
        verdict = Verdict(outcome)  # type: ignore[arg-type]
        hosts.setdefault(workload.host, []).append(WorkloadPlan(workload, verdict))
    return Plan(
        schema=1,
        planner="test",
        as_of="",
        lifecycle_as_of="",
        rules_sha256="",
        hosts=tuple(
            HostPlan(name, name, "seen", "captured", "", workloads=tuple(items))
            for name, items in hosts.items()
        ),
    )


def workload(host: str, *copies: Copy) -> Workload:
    return Workload(f"{host}/app", host, "app", "service", "App", "running", copies=copies)


def run(tmp_path: Path, wanted: Plan, **keywords: Any) -> dict[str, Context]:
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(
        "all:\n  vars: {ansible_become: false}\n  hosts:\n    here: {ansible_connection: local}\n"
        "    gone: {ansible_host: 127.0.0.1, ansible_port: 1}\n"
    )
    folders = {w.workload.id: f"workloads/{h.name}" for h in wanted.hosts for w in h.workloads}
    options = Options(inventory=(str(inventory),))
    (tmp_path / "plan").mkdir(exist_ok=True)
    done = extract(wanted, tmp_path / "plan", options, folders, **keywords)
    return {context.workload: context for context in done}


def test_a_tree_comes_whole_and_without_secrets(tmp_path: Path, machine: Path) -> None:
    app = str(machine / "app")
    tree = Copy(app, "application", "test", exclude=(f"{app}/data",))
    context = run(tmp_path, plan(workload("here", tree)))["here/app"]
    assert context.reason == ""
    rootfs = context.folder / "rootfs"
    inside = rootfs / app.lstrip("/")
    for name, content in KEPT.items():
        assert (inside.parent / name).read_bytes() == content
    found = {str(path.relative_to(inside)) for path in inside.rglob("*") if not path.is_dir()}
    links = {"link", "python"}
    assert found == {name.removeprefix("app/") for name in KEPT} | links
    assert os.readlink(inside / "python") == "/usr/bin/python3"
    assert (inside / "hollow").stat().st_mode & 0o7777 == 0o750
    assert (inside / "main.py").stat().st_mode & 0o7777 == 0o755
    assert not (inside / "data").exists()
    left = {path.removeprefix(f"{machine}/"): why for path, why in context.left_out}
    assert left == {
        **{name: why for name, (_, why) in LEFT.items()},
        "app/pipe": "socket, pipe or device",
        "app/shadowed": "link to: password hashes",
        "app/main.py": "extracted without its set-user-id or set-group-id bit",
    }
    listed = (context.folder / "left-out.txt").read_text()
    assert f"{app}/tls.key: key file\n" in listed
    assert f"{app}/line\\nbreak: its name holds a line break\n" in listed
    for path in (tmp_path / "plan").rglob("*"):
        assert path.is_symlink() or path.is_dir() or SECRET.encode() not in path.read_bytes()
    assert sorted(path.name for path in (tmp_path / "plan").iterdir()) == ["workloads"]
    there = sorted(path.name for path in context.folder.iterdir())
    assert there == [".rootfs.json", "left-out.txt", "rootfs"]


def test_again_replaces_and_what_fails_keeps_the_old(tmp_path: Path, machine: Path) -> None:
    wanted = plan(workload("here", Copy(str(machine / "app"), "application", "test")))
    first = run(tmp_path, wanted)["here/app"]
    old = first.folder / "rootfs" / str(machine).lstrip("/") / "app/main.py"
    assert old.exists()
    assert "GiB to copy" in run(tmp_path, wanted, max_bytes=10)["here/app"].reason
    assert old.exists()
    (machine / "app/main.py").unlink()
    assert run(tmp_path, wanted)["here/app"].reason == ""
    assert not old.exists()


def two(machine: Path, *more: Copy, admissions: tuple[Admission, ...] = ()) -> Plan:
    """A plan that takes ``one`` of the machine, and what is given."""
    (machine / "one").mkdir(parents=True, exist_ok=True)
    (machine / "one/own").write_text("own\n")
    one = Copy(str(machine / "one"), "application", "test")
    return plan(replace(workload("here", one, *more), admissions=admissions))


def test_what_a_newer_plan_does_not_take_is_removed_and_named(
    tmp_path: Path, machine: Path
) -> None:
    app = Copy(str(machine / "app"), "application", "test", exclude=(str(machine / "app/data"),))
    first = run(tmp_path, two(machine, app))["here/app"]
    assert (first.removed, first.kept) == ((), ())
    root = first.folder / "rootfs"
    taken = {f"{machine}/{name}" for name in (*KEPT, "app/link", "app/python")}
    assert not stale(first.folder, (Copy(str(machine / "one"), "config", "other words"), app))
    assert stale(first.folder, (app,))
    assert stale(
        first.folder, (Copy(str(machine / "one"), "config", "x"), replace(app, exclude=()))
    )
    again = run(tmp_path, two(machine))["here/app"]
    assert (set(again.removed), again.kept, again.reason) == (taken, (), "")
    assert [path.name for path in root.rglob("*") if not path.is_dir()] == ["own"]
    assert not (root / str(machine / "app")[1:]).exists()
    # Nothing to copy is left: nothing stays but what a person put beside the tree.
    gone = run(tmp_path, plan(workload("here")))["here/app"]
    assert gone.removed == (f"{machine}/one/own",)
    assert list(first.folder.iterdir()) == []
    assert run(tmp_path, plan(workload("here"))) == {}


def test_what_a_person_put_there_or_changed_stays_and_is_named(
    tmp_path: Path, machine: Path
) -> None:
    app = Copy(str(machine / "app"), "application", "test")
    first = run(tmp_path, two(machine, app))["here/app"]
    inside = first.folder / "rootfs" / str(machine)[1:]
    (inside / "app/main.py").write_text("changed")
    (inside / "app/tls.key").write_text("put")
    (inside / "app/empty").unlink()
    (inside / "app/mine").symlink_to("main.py")
    (inside / "new/deep").mkdir(parents=True)
    (inside / "one/own").write_text("as the machine has it now\n")
    wanted = two(machine, app)
    (machine / "one/own").write_text("as the machine has it now\n")
    mine = [f"{machine}/{n}" for n in ("app/main.py", "app/mine", "app/tls.key", "new", "new/deep")]
    for _ in range(2):
        again = run(tmp_path, wanted)["here/app"]
        assert (again.reason, again.removed, list(again.kept)) == ("", (), mine)
        assert (inside / "app/main.py").read_text() == "changed"
        assert (inside / "app/tls.key").read_text() == "put"
        assert os.readlink(inside / "app/mine") == "main.py"
        assert (inside / "app/empty").read_bytes() == b""
        assert (inside / "new/deep").is_dir()
    without = run(tmp_path, two(machine))["here/app"]
    assert list(without.kept) == mine
    assert f"{machine}/app/blob.bin" in without.removed
    left = {str(p.relative_to(inside)) for p in inside.rglob("*") if not p.is_dir()}
    assert left == {"app/main.py", "app/mine", "app/tls.key", "one/own"}
    (inside / "app/main.py").unlink()
    assert run(tmp_path, wanted)["here/app"].kept == tuple(mine[1:])
    assert (inside / "app/main.py").read_bytes() == KEPT["app/main.py"]


def test_what_has_no_place_in_the_new_tree_keeps_the_old_one(tmp_path: Path, machine: Path) -> None:
    first = run(tmp_path, two(machine))["here/app"]
    inside = first.folder / "rootfs" / str(machine)[1:]
    (inside / "one/own").unlink()
    (inside / "one/own").mkdir()
    (inside / "one/own/mine").write_text("mine")
    failed = run(tmp_path, two(machine))["here/app"]
    assert f"{machine}/one/own in its rootfs was put there by hand" in failed.reason
    assert (inside / "one/own/mine").read_text() == "mine"
    outside = tmp_path / "outside"
    outside.mkdir()
    (inside / "one/own/mine").unlink()
    (inside / "one/own").rmdir()
    (inside / "link").mkdir()
    (inside / "link/mine").write_text("mine")
    (machine / "link").symlink_to(outside)
    link = Copy(str(machine / "link"), "application", "test")
    assert "has no place" in run(tmp_path, two(machine, link))["here/app"].reason
    assert list(outside.iterdir()) == []
    shutil.rmtree(first.folder / "rootfs")
    (first.folder / "rootfs").symlink_to(outside)
    assert "no folder of extract's" in run(tmp_path, two(machine))["here/app"].reason
    assert list(outside.iterdir()) == []


def test_lines_that_a_change_added_to_an_access_list_are_no_persons(
    tmp_path: Path, machine: Path
) -> None:
    path = str(machine / "one/own")
    wanted = two(machine, admissions=(Admission(path, "allow ", "10.0.0.0/8", ";"),))
    first = run(tmp_path, wanted)["here/app"]
    listed = first.folder / "rootfs" / path[1:]
    with listed.open("a") as stream:
        stream.write("allow 172.16.0.0/12;\nallow 10.9.0.0/16;\n")
    assert run(tmp_path, wanted)["here/app"].kept == ()
    assert listed.read_text() == "own\n"
    listed.write_text("own\n# mine\nallow 172.16.0.0/12;\n")
    assert run(tmp_path, wanted)["here/app"].kept == (path,)


def test_lines_that_are_gone_are_named(
    tmp_path: Path, machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(machine / "one/own")
    wanted = two(machine, admissions=(Admission(path, "allow ", "10.0.0.0/8", ";"),))
    first = run(tmp_path, wanted)["here/app"]
    with (first.folder / "rootfs" / path[1:]).open("a") as stream:
        stream.write("allow 203.0.113.0/24;\n")
    again = run(tmp_path, wanted)["here/app"]
    assert again.dropped == ((path, "allow 203.0.113.0/24;"),)
    say(again)
    assert "allow 203.0.113.0/24;" in capsys.readouterr().err
    assert run(tmp_path, wanted)["here/app"].dropped == ()


def test_a_mode_that_a_person_changed_stays_with_the_machines_content(
    tmp_path: Path, machine: Path
) -> None:
    wanted, path = two(machine), machine / "one/own"
    path.chmod(0o644)
    first = run(tmp_path, wanted)["here/app"]
    there = first.folder / "rootfs" / str(path)[1:]
    there.chmod(0o755)
    path.write_text("newer\n")
    for _ in range(2):
        assert run(tmp_path, wanted)["here/app"].kept == (str(path),)
        assert (there.read_text(), there.stat().st_mode & 0o777) == ("newer\n", 0o755)
    there.chmod(0o644)
    path.chmod(0o600)
    assert run(tmp_path, wanted)["here/app"].kept == ()
    assert there.stat().st_mode & 0o777 == 0o600


def test_a_record_without_modes_tells_nothing_of_them(tmp_path: Path, machine: Path) -> None:
    wanted = two(machine)
    first = run(tmp_path, wanted)["here/app"]
    record = first.folder / ".rootfs.json"
    record.write_text(re.sub(r'([0-9a-f]{64}) [0-7]+"', r'\1"', record.read_text()))
    (machine / "one/own").chmod(0o600)
    assert run(tmp_path, wanted)["here/app"].kept == ()


def test_a_changed_mode_is_not_set_through_a_link(tmp_path: Path, machine: Path) -> None:
    wanted, path = two(machine), machine / "one/own"
    first = run(tmp_path, wanted)["here/app"]
    (first.folder / "rootfs" / str(path)[1:]).chmod(0o755)
    outside = tmp_path / "outside"
    outside.write_text("x")
    outside.chmod(0o600)
    path.unlink()
    path.symlink_to(outside)
    run(tmp_path, wanted)
    assert outside.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_run_had_put_aside_stands_again(tmp_path: Path, machine: Path) -> None:
    first = run(tmp_path, two(machine))["here/app"]
    own = first.folder / "rootfs" / str(machine / "one/own")[1:]
    own.write_text("changed")
    (first.folder / "rootfs").rename(first.folder / ".rootfs.old")
    assert run(tmp_path, two(machine))["here/app"].kept == (f"{machine}/one/own",)
    assert own.read_text() == "changed"


def test_what_no_longer_moves_leaves_nothing_but_a_persons(tmp_path: Path, machine: Path) -> None:
    first = run(tmp_path, two(machine))["here/app"]
    place = first.folder.parent / "here" / "app"
    shutil.move(first.folder, tmp_path / "moved")
    place.parent.mkdir(parents=True)
    shutil.move(tmp_path / "moved", place)
    assert forgotten(tmp_path / "plan", {"here/app": "workloads/here/app"}) == ()
    (place / "rootfs/mine").write_text("mine")
    (place / "Dockerfile").write_text("FROM scratch")
    (gone,) = forgotten(tmp_path / "plan", {"here/other": "workloads/here/other"})
    assert (gone.workload, gone.kept) == ("here/app", ("/mine",))
    assert gone.removed == (f"{machine}/one/own",)
    (place / "rootfs/mine").unlink()
    assert [c.kept for c in forgotten(tmp_path / "plan", {})] == [()]
    assert [path.name for path in place.iterdir()] == ["Dockerfile"]
    (place / ".rootfs.json").write_text("{")
    (place / "rootfs").mkdir()
    with pytest.raises(OutputError, match="cannot tell which files extract put into rootfs"):
        forgotten(tmp_path / "plan", {})


def test_the_program_names_what_it_removed_and_ends_otherwise_for_what_it_left(
    tmp_path: Path, machine: Path
) -> None:
    run(tmp_path, two(machine))
    place = tmp_path / "plan/workloads/here/app"
    place.mkdir(parents=True)
    for path in (tmp_path / "plan/workloads/here").iterdir():
        if path != place:
            shutil.move(path, place)
    nothing = replace(two(machine), hosts=())
    (tmp_path / "plan/plan.json").write_bytes(store.encode(nothing))
    (place / "rootfs/mine\x1b").write_text("mine")
    arguments = ["extract", str(tmp_path / "plan"), "-i", str(tmp_path / "inventory.yml")]
    left = CliRunner().invoke(app, arguments)
    assert left.exit_code == 3, left.output
    assert f"  removed from rootfs: {machine}/one/own\n" in left.output
    assert "plan/workloads/here/app/rootfs/mine\ufffd: put there or changed by hand" in left.output
    (place / "rootfs/mine\x1b").unlink()
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert not place.exists() or list(place.iterdir()) == []


def test_what_is_missing_or_out_of_reach_is_said(tmp_path: Path, machine: Path) -> None:
    (machine / "app/big").write_bytes(b"0123456789abcdef" * 3 * 65536 * 20)  # several batches
    wanted = plan(
        workload(
            "here",
            Copy(str(machine / "nothing"), "config", "test"),
            Copy("relative/../path", "config", "test"),
            Copy(str(machine / "app/big"), "application", "test"),
        ),
        workload("gone", Copy("/etc/hosts", "config", "test")),
        workload("stranger", Copy("/etc/hosts", "config", "test")),
    )
    done = run(tmp_path, wanted)
    assert done["here/app"].reason == ""
    assert done["here/app"].bytes == 16 * 3 * 65536 * 20
    assert dict(done["here/app"].left_out) == {
        str(machine / "nothing"): "no such path, or this login may not see it",
        "relative/../path": "no such path, or this login may not see it",
    }
    assert "refused" in done["gone/app"].reason
    assert "not in the inventory" in done["stranger/app"].reason
    assert not (tmp_path / "plan/workloads/gone").exists()


def test_what_stays_a_vm_is_not_fetched(tmp_path: Path) -> None:
    wanted = plan(workload("here", Copy("/etc/hosts", "config", "x")), outcome="stay-vm")
    assert run(tmp_path, wanted) == {}


def listing(*lines: str) -> Payload:
    return Payload({"tree-0": Section("ok", "".join(f"{line}\n" for line in lines))})


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/srv/app/../../etc/x", "/srv/apple", "/srv/app//x", "/srv/app/\\n", "x"],
)
def test_a_machine_cannot_add_paths_that_nobody_asked_for(path: str) -> None:
    asked = workload("h", Copy("/srv/app", "application", "x"))
    line = f"K\tf\t644\t0\t0\t1\t0\t{path}\t\t{'0' * 64}"
    found = listings([asked], listing(line))["h/app"]
    assert found.entries == ()
    assert len(found.left_out) == 1


@pytest.mark.parametrize(
    "line",
    [
        "K\tf\t644\t0\t0\t1\t0\t/srv/app/x\t\tshort",
        "K\tc\t644\t0\t0\t1\t0\t/srv/app/x\t\t",
        "K",
        "?",
    ],
)
def test_lines_that_make_no_sense_are_no_entries(line: str) -> None:
    asked = workload("h", Copy("/srv/app", "application", "x"))
    assert listings([asked], listing(line))["h/app"].entries == ()


def unpacked(tmp_path: Path, *entries: Entry, content: bytes = b"x") -> dict[str, str]:
    waiting = tmp_path / "waiting"
    waiting.mkdir()
    for entry in entries:
        (waiting / content_name(entry.path)).write_bytes(content)
    return dict(build(entries, waiting, tmp_path / "rootfs"))


def file(path: str, content: bytes = b"x") -> Entry:
    return Entry("f", 0o644, len(content), 0, path, digest=hashlib.sha256(content).hexdigest())


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    link = Entry("l", 0o777, 0, 0, "/srv/app/d", link=str(outside))
    refused = unpacked(
        tmp_path, link, file("/srv/app/d/x"), Entry("d", 0o755, 0, 0, "/srv/app/d/y")
    )
    assert refused == {"/srv/app/d/x": "lies below a link", "/srv/app/d/y": "lies below a link"}
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("target", ["../../../x", "a/../../../../x", "../.././../x"])
def test_a_link_that_climbs_out_is_refused(tmp_path: Path, target: str) -> None:
    link = Entry("l", 0o777, 0, 0, "/srv/app", link=target)
    assert "leaves the tree" in unpacked(tmp_path, link)["/srv/app"]
    assert not (tmp_path / "rootfs/srv/app").is_symlink()


def test_a_content_that_is_not_what_was_promised_is_refused(tmp_path: Path) -> None:
    assert "changed while" in unpacked(tmp_path, file("/srv/x"), content=b"y")["/srv/x"]
    assert not (tmp_path / "rootfs/srv/x").exists()


def test_batches_hold_every_byte_once() -> None:
    entries = [Entry("f", 0, size, 0, f"/{size}") for size in (0, 1, 65536, 65537, 40_000_000)]
    parts = [part for batch in batches(entries) for part in batch]
    for entry in entries:
        mine = [part for part in parts if part.path == entry.path]
        assert sum(part.size for part in mine) == entry.size
        assert all(
            part.skip * 65536 == sum(p.size for p in mine[:n]) for n, part in enumerate(mine)
        )
    assert all(sum(part.size for part in batch) <= 17 * 1024**2 for batch in batches(entries))
