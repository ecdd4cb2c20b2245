"""The whole way through ansible-runner, with this machine as the fleet: no ssh, no root needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from planner import store
from planner.errors import InputError
from planner.gather import Ears, gather
from planner.gather.look import SECTIONS
from planner.model import Snapshot
from planner.session import Options, run, targets
from planner.session.run import EVERYWHERE

INVENTORY = """
all:
  vars: {ansible_connection: local, ansible_become: false, owner: web-team}
  hosts:
    here: {ansible_host: 192.0.2.7, environment_name: test, db_password: s3cr3t-Distel}
    Here: {ansible_become: true, ansible_become_exe: /nowhere/sudo, ansible_become_user: daemon}
    windows: {ansible_shell_type: powershell}
    gone: {ansible_connection: ssh, ansible_host: 127.0.0.1, ansible_port: 1}
  children:
    web: {hosts: {here: {}}}
    sites: {children: {web: {}}}
"""


def write(tmp_path: Path, text: str, name: str = "inventory.yml") -> str:
    path = tmp_path / name
    path.write_text(text)
    return str(path)


def clock() -> str:
    return "2026-01-31T12:00:00Z"


def test_a_fleet_gives_a_snapshot_each_whatever_came_of_it(tmp_path: Path) -> None:
    seen: list[Snapshot] = []
    started: list[tuple[str, ...]] = []
    options = Options(inventory=(write(tmp_path, INVENTORY),))
    result = gather(options, tmp_path / "out", clock, Ears(started.append, seen.append))
    assert started == [("Here", "gone", "here", "windows")]
    assert {s.host for s in seen} == {"Here", "gone", "here", "windows"}
    assert result.seen == ("Here", "here")
    assert [host for host, _ in result.unreachable] == ["gone"]
    assert "refused" in result.unreachable[0][1]
    ((name, reason),) = result.failed
    assert name == "windows"
    assert "PowerShell" in reason
    by_host = {s.host: s for s in store.read_snapshots(list(result.snapshots))}
    assert by_host == {s.host: s for s in seen}
    here = by_host["here"]
    assert tuple(sorted(here.sections)) == tuple(sorted(SECTIONS))
    assert (here.reason, here.taken_at, here.address) == ("", clock(), "192.0.2.7")
    assert here.groups == ("sites", "web")
    assert here.variables == {"owner": "web-team", "environment_name": "test"}
    assert here.login.uid == os.getuid()
    assert f"uname -s\n{here.sections['uname'].text}".startswith("uname -s\nLinux\n")
    assert "become failed" in by_host["Here"].reason
    assert by_host["Here"].login.uid == os.getuid()
    assert by_host["gone"].sections == {}
    assert not [path for path in result.snapshots if b"s3cr3t" in path.read_bytes()]


def test_several_inventories_scripts_and_a_limit(tmp_path: Path) -> None:
    first = write(tmp_path, "[a]\none\ntwo\n", "first.ini")
    script = write(
        tmp_path,
        '#!/bin/sh\necho \'{"b": ["three"], "_meta": {"hostvars": {"three": {"team": "x"}}}}\'\n',
        "script",
    )
    Path(script).chmod(0o755)
    options = Options(inventory=(first, script, "four,five"), limit="a:b:four")
    found = targets(options)
    assert [target.name for target in found] == ["four", "one", "three", "two"]
    assert found[2].groups == ("b",)
    assert found[2].variables == (("team", "x"),)


@pytest.mark.parametrize(
    ("text", "limit", "reason"),
    [
        (None, "", "no such file"),
        ("all:\n  hosts:\n    a: [\n", "", "YAML"),
        ("all: {}\n", "", "no hosts"),
        ("all: {hosts: {a: {}}}\n", "b", "no host matches --limit b"),
    ],
    ids=["missing", "broken", "empty", "limit"],
)
def test_an_inventory_of_no_use_is_one_line_and_writes_nothing(
    tmp_path: Path, text: str | None, limit: str, reason: str
) -> None:
    path = str(tmp_path / "inv.yml") if text is None else write(tmp_path, text, "inv.yml")
    with pytest.raises(InputError) as caught:
        gather(Options(inventory=(path,), limit=limit), tmp_path / "out", clock)
    assert "inv.yml" in str(caught.value)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_only_variables_on_the_list_and_never_a_vaulted_or_structured_one(tmp_path: Path) -> None:
    vaulted = subprocess.run(
        [
            *(Path(sys.executable).parent / "ansible-vault", "encrypt_string", "s3cr3t"),
            *("-n", "tier", "--vault-password-file", write(tmp_path, "pw", "vault")),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    hosts = "all:\n  hosts:\n    a:\n      password: s3cr3t\n      owner: [x, 2]\n"
    hosts += "      team: {name: s3cr3t}\n      site: '{{ password }}'\n"
    hosts += "      contact: https://u:s3cr3t@x\n      zone: 1\n      availability: true\n"
    hosts += "".join(f"      {line}\n" for line in vaulted.splitlines())
    (target,) = targets(Options(inventory=(write(tmp_path, hosts),)))
    assert dict(target.variables) == {"owner": "x, 2", "zone": "1", "availability": "true"}


def test_a_folder_of_a_killed_run_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from planner.session.folder import private_folder

    program = (
        "import os, pathlib, sys\n"
        "from planner.session.folder import private_folder\n"
        "with private_folder((pathlib.Path(sys.argv[1]),)) as folder:\n"
        "    (folder / 'secret').write_text('x'); print(folder, flush=True); os._exit(9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=False
    )
    left = Path(done.stdout.strip())
    assert (left / "secret").exists()
    orphan = subprocess.Popen(["sleep", "600"], env={**os.environ, "PLANNER_SPOOL": str(left)})
    with private_folder((tmp_path,)) as alive:
        assert not left.exists()
        assert orphan.wait(5) == -9
        assert alive.stat().st_mode & 0o777 == 0o700
        with private_folder((tmp_path,)):
            assert alive.exists()
    assert list(tmp_path.glob("planner-run-*")) == []


@pytest.mark.parametrize("chosen", [None, "yes"])
def test_the_users_host_key_checking_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str | None
) -> None:
    """Ansible hears of it what the user said, or nothing, so that ansible.cfg decides."""
    name = "ANSIBLE_HOST_KEY_CHECKING"
    if chosen:
        monkeypatch.setenv(name, chosen)
    else:
        monkeypatch.delenv(name, raising=False)
    inventory = write(tmp_path, "x ansible_connection=local ansible_become=no\n", "one.ini")
    said: list[bytes] = []
    scripts = {EVERYWHERE: [f"echo M; echo ${{{name}-unset}}\n"]}
    run(
        Options(inventory=(inventory,)),
        scripts,
        "M",
        lambda answer: said.extend(file.read_bytes() for file in answer.files),
    )
    assert said == [f"M\n{chosen or 'unset'}\n".encode()]


def test_a_snapshot_is_canonical_json(tmp_path: Path) -> None:
    inventory = write(
        tmp_path, "all: {hosts: {x: {ansible_connection: local, ansible_become: no}}}"
    )
    (path,) = gather(Options(inventory=(inventory,)), tmp_path / "out", clock).snapshots
    assert store.encode(msgspec.json.decode(path.read_bytes(), type=Snapshot)) == path.read_bytes()
