"""Volumes: facts filled in, and the commands run for real against folders that stand for them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import AS_ROOT
from hostkit import host
from msgspec.structs import replace

from planner import volumes
from planner.model import DirSize, Export, Host, Mount, Owner, Volume, Workload
from planner.volumes import Move, moving

HOSTILE = "a b'\"$(touch pwned)`touch pwned`;* \\ [x]\n-end"
VOLUME = Volume("data", "/srv/data", "data", "test", owner=Owner(1, 2, "0750"))


def workload(volume: Volume) -> Workload:
    return Workload("h1/x", "h1", "x", "service", "x", "running", volumes=(volume,))


def completed(volume: Volume, h: Host) -> Volume:
    return volumes.complete(h, workload(volume)).volumes[0]


def test_size_and_file_system_come_from_the_host() -> None:
    h = host(
        sizes={"/srv/data": DirSize("/srv/data", 3_000_000_000, 10_000, "2026-01-01T00:00:00Z")},
        mounts=(
            Mount("/", "/dev/vda1", "ext4"),
            Mount("/srv", "/dev/vdb", "xfs"),
            Mount("/srv/data/in", "nas:/x", "nfs4"),
            Mount("/srv/data/tmp", "tmpfs", "tmpfs"),
            Mount("/srv/data/disk", "/dev/vdc", "ext4"),
        ),
    )
    found = completed(VOLUME, h)
    assert (found.size, found.files, found.filesystem) == (3_000_000_000, 10_000, "xfs on /srv")
    assert found.modified == "2026-01-01T00:00:00Z"
    assert found.excluded == ("/srv/data/in", "/srv/data/tmp")
    assert volumes.seconds(found) == 5 + 100 + 5


def test_what_was_not_measured_stays_unknown() -> None:
    found = completed(VOLUME, host(unknown={"sizes": "du took too long", "mounts": "no /proc"}))
    assert (found.size, found.files, found.filesystem) == (-1, -1, "")
    assert volumes.move(found, "img").seconds == -1


@pytest.mark.parametrize("kind", ["nfs", "cifs", "fuse.sshfs", "ceph"])
def test_a_volume_on_a_network_file_system_is_not_copied(kind: str) -> None:
    h = host(mounts=(Mount("/", "/dev/vda1", "ext4"), Mount("/srv", "nas:/export", kind)))
    found = completed(VOLUME, h)
    assert found.consistency == "none"
    made = volumes.move(found, "img")
    assert made.copy == ()
    assert "nas:/export" in made.problem


def test_a_name_that_is_none_gives_no_commands() -> None:
    assert volumes.move(replace(VOLUME, name="x; rm -rf /"), "img") == Move(
        problem="its name is not one of an engine's volume"
    )


ENGINE = """#!/bin/sh
# Stands for podman: volumes are folders, a container is the script with /to replaced.
case "$1 $2" in
"volume create") mkdir "$STORE/$3"; exit ;;
"volume rm") rm -r "$STORE/$3"; exit ;;
esac
while [ $# -gt 0 ]; do
  case "$1" in
  -v) name=${2%%:*}; shift ;;
  -c) script=$(printf '%s' "$2" | sed "s|/to\\>|$STORE/$name|g"); shift ;;
  esac
  shift
done
exec sh -c "$script"
"""


@pytest.fixture
def run(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Runs commands as the operator would; ssh joins its arguments and a shell reads them."""
    store, tools = tmp_path / "store", tmp_path / "bin"
    store.mkdir()
    tools.mkdir()
    for name, body in (("engine", ENGINE), ("ssh", '#!/bin/sh\nshift\nexec sh -c "$*"\n')):
        (tools / name).write_text(body)
        (tools / name).chmod(0o755)
    work = tmp_path / "plan"
    work.mkdir()
    env = {
        **os.environ,
        "STORE": str(store),
        "ENGINE": str(tools / "engine"),
        "SSH": f"{tools / 'ssh'} user@host",
        "SUDO": "",
    }

    def call(*commands: str) -> list[int]:
        return [
            subprocess.run(
                ["/bin/sh", "-c", c], env=env, cwd=work, check=False, capture_output=True
            ).returncode
            for c in commands
        ]

    return call


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / HOSTILE
    (folder / "sub dir\n$(x)").mkdir(parents=True)
    (folder / "sub dir\n$(x)" / "f'\"*").write_text("content")
    (folder / "net [1]*").mkdir()
    (folder / "net [1]*" / "remote").write_text("not ours")
    (folder / "nothing").symlink_to("/nonexistent")
    with (folder / "sparse").open("wb") as file:
        file.truncate(5_000_000)
    folder.chmod(0o750)
    (folder / "sparse").chmod(0o600)
    return folder


def test_a_volume_moves_with_hostile_names_and_is_checked(  # type: ignore[no-untyped-def]
    run, data: Path, tmp_path: Path
) -> None:
    volume = replace(VOLUME, path=str(data), excluded=(f"{data}/net [1]*",))
    made = volumes.move(volume, "img$(touch pwned)")
    every = (*made.create, *made.rehearse, *made.copy, *made.check)
    assert not any("\n" in command for command in every)
    assert run(*made.create) == [0]
    assert run(*made.rehearse) == [0, 0, 0, 0]
    assert run(*made.copy) == [0]
    moved = tmp_path / "store" / "data"
    assert (moved / "sub dir\n$(x)" / "f'\"*").read_text() == "content"
    assert not (moved / "net [1]*").exists()
    assert (moved / "sparse").stat().st_blocks < 100
    assert (moved / "sparse").stat().st_mode & 0o777 == 0o600
    assert moved.stat().st_mode & 0o777 == 0o750
    assert run(*made.check) == [0, 0, 0]
    assert not list(tmp_path.rglob("pwned"))
    assert "net [1]*" in made.notes[0]


@pytest.mark.parametrize("change", ["content", "mode", "missing", "more"])
def test_the_check_sees_what_differs(  # type: ignore[no-untyped-def]
    run, data: Path, tmp_path: Path, change: str
) -> None:
    made = volumes.move(replace(VOLUME, path=str(data)), "img")
    assert run(*made.create, *made.copy) == [0, 0]
    moved = tmp_path / "store" / "data"
    if change == "content":
        (moved / "sub dir\n$(x)" / "f'\"*").write_text("CONTENT")
    elif change == "mode":
        (moved / "sparse").chmod(0o644)
    elif change == "missing":
        (moved / "sparse").unlink()
    else:
        (moved / "new").touch()
    assert any(run(*made.check))


def test_much_data_is_copied_twice_and_the_second_time_only_what_changed(  # type: ignore[no-untyped-def]
    run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_memory", lambda volume: f"{tmp_path}/{volume.name}.snar")
    volume = replace(VOLUME, path=str(data), size=40 * 2**30, files=40_000, growth=3_000_000_000)
    made = volumes.move(replace(volume, excluded=(f"{data}/net [1]*",)), "img")
    assert made.first_seconds > moving.TWO_PASSES > made.seconds == 5 + 2 + 100
    assert made.rehearse == ()
    assert run(*made.create, *made.first, *made.check) == [0, 0, 0, 0, 0]
    os.link(data / "sparse", data / "second name")
    (data / "nothing").unlink()
    (data / "sub dir\n$(x)" / "f'\"*").write_text("longer content")
    assert any(run(*made.check))
    assert run(*made.copy) == [0]
    moved = tmp_path / "store" / "data"
    assert not (moved / "nothing").is_symlink()
    assert (moved / "second name").stat().st_nlink == 2
    assert run(*made.check) == [0, 0, 0]
    (data / "sparse").chmod(0o640)
    assert run(*made.copy, *made.check) == [0, 0, 0, 0]
    assert run(*made.tidy) == [0]
    assert not list(tmp_path.glob("*.snar*"))


@AS_ROOT
@pytest.mark.parametrize("size", [10, 40 * 2**30])
def test_owners_change_on_the_way_to_an_image_of_the_application(  # type: ignore[no-untyped-def]
    run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(moving, "_memory", lambda volume: f"{tmp_path}/{volume.name}.snar")
    for path in (data, *data.rglob("*")):
        os.chown(path, 61102, 61104, follow_symlinks=False)
    os.chown(data / "sparse", 61102, 0)
    os.chown(data / "net [1]*", 0, 0)
    volume = replace(
        VOLUME, path=str(data), size=size, uids=((61102, 61999),), gids=((61104, 61998),)
    )
    made = volumes.move(volume, "img")
    assert run(*made.create, *made.first) == [0] * (1 + len(made.first))
    (data / "late").touch()
    os.chown(data / "late", 61102, 61104)
    assert run(*made.copy, *made.check) == [0, 0, 0, 0]
    moved = tmp_path / "store" / "data"
    found = {p.name: (s.st_uid, s.st_gid) for p in moved.iterdir() if (s := p.lstat())}
    assert found == {
        "sub dir\n$(x)": (61999, 61998),
        "net [1]*": (0, 0),
        "nothing": (61999, 61998),
        "sparse": (61999, 0),
        "late": (61999, 61998),
    }
    assert (moved.stat().st_uid, moved.stat().st_gid) == (61999, 61998)
    os.chown(moved / "late", 61102, 61998)
    assert any(run(*made.check)), "one that was not given over"


def test_little_data_and_a_database_of_its_own_backup_are_copied_once() -> None:
    assert volumes.move(replace(VOLUME, size=2**30, files=10), "img").first == ()
    backup = replace(VOLUME, size=2**40, files=10, live_copy=("pg_basebackup",))
    assert volumes.move(backup, "img").first == ()
    assert volumes.move(replace(VOLUME, size=2**40), "img", "alpine").first == ()


def test_a_second_pass_without_a_first_fails(run, data: Path) -> None:  # type: ignore[no-untyped-def]
    made = volumes.move(replace(VOLUME, path=str(data), size=2**40), "img")
    assert run(*made.create) == [0]
    assert run(*made.copy) != [0]


def test_the_file_system_of_another_machine_is_a_volume_of_its_own() -> None:
    h = host(
        mounts=(
            Mount("/", "/dev/vda1", "ext4"),
            Mount(
                "/srv/data/in", "nas:/x", "nfs4", ("ro", "vers=4.2", "addr=10.0.0.9", "password=x")
            ),
            Mount("/srv/data/proc", "proc", "proc"),
        ),
        exports=(Export("nfs", "/srv", "/srv", ("10.0.0.0/24(rw)",), "/etc/exports"),),
    )
    own, below = volumes.complete(h, workload(VOLUME)).volumes
    assert own.excluded == ("/srv/data/in", "/srv/data/proc")
    assert own.users == ("served as nfs /srv to 10.0.0.0/24(rw)",)
    assert (below.name, below.path, below.source) == ("data-in", "/srv/data/in", "nas:/x")
    assert (below.options, below.read_only) == (("ro", "vers=4.2"), True)
    assert volumes.move(below, "img").copy == ()


def test_a_folder_inside_of_a_network_file_system_has_its_own_source() -> None:
    h = host(mounts=(Mount("/", "/dev/vda1", "ext4"), Mount("/srv", "//fs/share", "cifs")))
    assert completed(VOLUME, h).source == "//fs/share/data"


def test_a_machine_that_does_not_answer_never_passes(run, data: Path) -> None:  # type: ignore[no-untyped-def]
    made = volumes.move(replace(VOLUME, path=f"{data}/is/not/there"), "img")
    assert run(*made.create) == [0]
    assert run(*made.copy) != [0]
    assert all(run(*made.check))


def test_a_database_is_rehearsed_by_its_own_backup() -> None:
    backup = ("runuser", "-u", "postgres", "--", "pg_basebackup", "-D", "-", "-Ft")
    volume = replace(VOLUME, consistency="base-backup", live_copy=backup, path="/srv/pg data")
    made = volumes.move(volume, "img")
    assert "runuser -u postgres -- pg_basebackup -D - -Ft" in made.rehearse[1]
    assert "chown 1:2 /to && chmod 0750 /to" in made.rehearse[1]
    assert "pg_basebackup" not in made.copy[0]
    assert "tar --numeric-owner --sparse" in made.copy[0]
    assert "PG_VERSION" in made.rehearse[2]


def test_busybox_gets_only_what_it_understands() -> None:
    made = volumes.move(VOLUME, "img", "alpine")
    assert "--acls" not in made.copy[0]
    assert len(made.check) == 2
    assert "-printf" not in "".join(made.check)


def test_a_path_that_no_shell_can_carry_is_refused() -> None:
    assert "by hand" in volumes.move(replace(VOLUME, path="/srv/x\n"), "img").problem
