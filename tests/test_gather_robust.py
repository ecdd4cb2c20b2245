"""A fleet that misbehaves: nothing that arrived is lost, and nobody holds up the others."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from fakessh import HANGS, REFUSED, WELL, behave, calls, fleet, look

from planner import rules, store
from planner.errors import InputError, OutputError
from planner.gather import Ears, Gathered, Wishes, duration, gather
from planner.model import Snapshot, Typed
from planner.plan import make_plan
from planner.session import Options


class Run:
    """One gathering into ``out``, with all that is heard of it."""

    def __init__(self, folder: Path, inventory: str, now: str = "2026-01-31T12:00:00Z") -> None:
        self.folder, self.inventory, self.now = folder, inventory, now
        self.out = folder / "out"
        self.asked: tuple[str, ...] = ()
        self.order: list[str] = []
        self.notes: list[str] = []

    def __call__(
        self, forks: int = 5, end: str = "", limit: str = "", **wishes: object
    ) -> Gathered:
        self.order, self.notes = [], []
        return gather(
            Options(inventory=(self.inventory,), forks=forks, limit=limit),
            self.out,
            lambda: self.now,
            Ears(self.start, lambda snapshot: self.order.append(snapshot.host), self.notes.append),
            Wishes(**{"pause": 0, **wishes}),  # type: ignore[arg-type]
            lambda nonce, seconds: look(nonce, seconds, end),
        )

    def start(self, hosts: tuple[str, ...]) -> None:
        self.asked = hosts

    def snapshot(self, name: str) -> Snapshot:
        (found,) = store.read_snapshots([self.out / f"{name}.json"])
        return found


def test_one_that_hangs_and_one_that_is_slow_hold_up_nobody(tmp_path: Path) -> None:
    hosts = {f"h{number}": WELL for number in range(6)}
    others = " ".join(f"-e {tmp_path}/out/{name}.json -a" for name in hosts)
    slow = f"until [ {others} 1 = 1 ]; do sleep 0.1; done; {WELL}"
    inventory = fleet(tmp_path, aslow=slow, bhangs=HANGS, **hosts)
    run = Run(tmp_path, inventory)
    found = run(forks=3, host_timeout=15)
    assert found.seen == ("aslow", *sorted(hosts))
    assert found.failed == (("bhangs", "no end after 15 s: given up"),)
    assert sorted(run.order[:6]) == sorted(hosts)
    assert run.order[6:] == ["aslow", "bhangs"]


def test_what_arrived_before_the_time_was_up_is_kept(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, web=WELL))
    found = run(end="sleep 600", host_timeout=8)
    assert found.seen == ("web",)
    snapshot = run.snapshot("web")
    assert snapshot.login.user == "ada"
    assert snapshot.reason.startswith("no end after 8 s; ")
    assert {section.state for section in snapshot.sections.values()} == {"ok", "missing"}


@pytest.mark.parametrize("connection", ["ssh", "local"])
def test_a_flood_fails_alone_and_costs_little_memory(tmp_path: Path, connection: str) -> None:
    """Of 500 MB, Ansible alone would take two to four times as much."""
    flood = "head -c 500000000 /dev/zero"
    if connection == "ssh":
        inventory = fleet(tmp_path, flood=flood, web=WELL)
        end = ""
    else:
        inventory = str(tmp_path / "inventory.ini")
        Path(inventory).write_text("flood ansible_connection=local ansible_become=no\n")
        end = flood
    program = (
        "import json, resource, sys; from pathlib import Path\n"
        "from test_gather_robust import Run\n"
        "found = Run(Path(sys.argv[1]), sys.argv[2])(end=sys.argv[3], host_timeout=60)\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        # ru_maxrss of a program begins with what forked it
        "own = int(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])\n"
        "print(json.dumps([found.seen, found.failed, peak, own]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path, inventory, end],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    seen, failed, peak, own = json.loads(done.stdout)
    if connection == "ssh":
        assert seen == ["web"]
        assert failed == [["flood", "sends more than 32 MiB: given up"]]
    else:
        assert "more than 32 MiB" in Run(tmp_path, inventory).snapshot("flood").reason
    assert peak < 420_000, "KiB of the largest program"
    assert own < 300_000, "KiB of the planner"


def test_a_failed_look_never_replaces_one_that_saw(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, web=WELL, never=REFUSED))
    run()
    before = (run.out / "web.json").read_bytes()
    behave(tmp_path, "web", REFUSED)
    run.now = "2026-02-01T12:00:00Z"
    found = run()
    assert [name for name, _ in found.unreachable] == ["never", "web"]
    assert (run.out / "web.json").read_bytes() == before
    assert [path.name for path in found.snapshots] == ["never.json", "web.json", "web~missed.json"]
    looks = [(s.taken_at, s.status) for s in store.read_snapshots([run.out]) if s.host == "web"]
    assert looks == [("2026-01-31T12:00:00Z", "seen"), ("2026-02-01T12:00:00Z", "unreachable")]
    assert run.snapshot("never").taken_at == run.now
    looked = store.read_snapshots(found.snapshots)
    plan = make_plan(looked, rules.load({}), as_of=None, version="1")
    (web,) = (host for host in plan.hosts if host.name == "web")
    assert (web.status, web.taken_at) == ("seen", "2026-01-31T12:00:00Z")
    assert [(look.taken_at, "refused" in look.lacks) for look in web.looks] == [
        ("2026-01-31T12:00:00Z", False),
        ("2026-02-01T12:00:00Z", True),
    ]
    behave(tmp_path, "web", WELL)
    run.now = "2026-02-02T12:00:00Z"
    assert run().seen == ("web",)
    assert run.snapshot("web").taken_at == run.now
    assert not (run.out / "web~missed.json").exists()


def test_resume_asks_whom_this_gathering_has_not_seen(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, old=WELL, seen=WELL, off=REFUSED))
    run(limit="old")
    run.now = "2026-01-31T13:00:00Z"
    run(limit="seen,off")
    behave(tmp_path, "off", WELL)
    run.now = "2026-01-31T14:00:00Z"
    found = run(resume=True)
    assert run.asked == ("off", "old")
    assert (found.seen, found.fresh) == (("off", "old"), ("seen",))
    assert [path.stem for path in found.snapshots] == ["off", "old", "seen"]
    again = run(resume=True)
    assert (again.seen, again.fresh) == ((), ("off", "old", "seen"))
    assert [calls(tmp_path, host) for host in ("old", "seen", "off")] == [2, 1, 2]
    assert run().seen == ("off", "old", "seen")


def test_resume_of_nothing_asks_all_and_of_another_inventory_none(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, web=WELL))
    assert run(resume=True).seen == ("web",)
    other = tmp_path / "other.ini"
    other.write_bytes(Path(run.inventory).read_bytes())
    run.inventory = str(other)
    with pytest.raises(InputError, match=r"out: its gathering is of another inventory .*\.ini"):
        run(resume=True)
    assert calls(tmp_path, "web") == 1


def test_max_age_asks_whom_it_has_not_seen_lately(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, web=WELL, off=REFUSED))
    run(limit="web")
    run.now = "2026-01-31T13:00:00Z"
    run(limit="off")
    assert run(max_age=3600).fresh == ("web",)
    assert run.asked == ("off",)
    assert run(resume=True).fresh == ("web",), "a gathering that began with an age goes on with it"
    run.now = "2026-01-31T13:00:01Z"
    assert run(max_age=3600).fresh == ()
    assert run(max_age=3600, resume=True).fresh == ("web",)
    run.now = "2026-01-31T14:00:02Z"
    assert run(max_age=3600, resume=True).fresh == ()


def test_what_was_imported_or_is_of_the_future_is_asked_all_the_same(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, imported=WELL, later=WELL, web=WELL))
    run(limit="later,web")
    told = Snapshot(1, "imported", "seen", run.now, "captured", door="setup")
    store.write_snapshot(run.out, told)
    later = msgspec.structs.replace(run.snapshot("later"), taken_at="2036-01-31T12:00:00Z")
    store.write_snapshot(run.out, later)
    for wishes in ({"max_age": 3600}, {"resume": True}, {"max_age": 3600, "resume": True}):
        store.write_snapshot(run.out, told)
        store.write_snapshot(run.out, later)
        assert run(**wishes).fresh == ("web",)
        assert run.asked == ("imported", "later")


def test_what_others_told_stays_with_the_time_at_which_they_did(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, web=WELL, off=REFUSED))
    for host, status in (("web", "seen"), ("off", "unreachable")):
        typed = {
            "fips": Typed("setup", True),
            "selinux": Typed("setup", "enforcing", taken_at="2025-12-01T00:00:00Z"),
            "guest": Typed("inventory:vmware", {"platform": "vmware"}),
        }
        told = Snapshot(1, host, "seen", "2026-01-01T00:00:00Z", "captured", door="setup",
                        typed=typed)  # fmt: skip
        store.write_snapshot(run.out, msgspec.structs.replace(told, status=status))
    kept = {
        "fips": Typed("setup", True, taken_at="2026-01-01T00:00:00Z"),
        "selinux": Typed("setup", "enforcing", taken_at="2025-12-01T00:00:00Z"),
    }
    for run.now in ("2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z"):
        run()
        for host in ("web", "off"):
            found = run.snapshot(host)
            assert (found.door, found.taken_at, found.typed) == ("ansible", run.now, kept)


def test_what_the_inventory_says_now_goes_before_what_was_imported(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, web=WELL))
    with Path(run.inventory).open("a") as inventory:
        inventory.write("[all:vars]\nproxmox_vmid=7\nproxmox_vmtype=qemu\n")
    typed = {"guest": Typed("rvtools", {"platform": "vmware"})}
    told = Snapshot(1, "web", "seen", "2026-01-01T00:00:00Z", "captured", door="rvtools",
                    typed=typed)  # fmt: skip
    store.write_snapshot(run.out, told)
    run()
    assert run.snapshot("web").typed["guest"].door == "inventory:proxmox"


def test_a_snapshot_of_another_planner_stays_and_stops_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, web=REFUSED))
    run.out.mkdir()
    (run.out / "web.json").write_text('{"schema": 99, "host": "web", "status": "seen"}')
    found = run()
    assert [path.name for path in found.snapshots] == ["web~missed.json"]
    assert '"schema": 99' in (run.out / "web.json").read_text()
    (note,) = run.notes
    assert "web.json is of another planner and stays" in note


def test_only_resume_needs_to_read_what_was_gathered_before(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, web=WELL))
    run()
    state = run.out / ".planner-gather.json"
    state.write_text("{")
    with pytest.raises(InputError, match=r"gather\.json: .*: gather without --resume$"):
        run(resume=True)
    assert run(max_age=3600).fresh == ("web",)
    state.write_text("{")
    assert run().seen == ("web",)
    assert run(resume=True).fresh == ("web",)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("12h", 43200), ("7d", 604800)]
)
def test_a_duration(text: str, seconds: int) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "12", "h", "-1h", "1.5h", "12 h", "1h30m", "1y", "\u0661h"])
def test_a_duration_that_is_none(text: str) -> None:
    with pytest.raises(InputError, match="not a duration"):
        duration(text)


def test_unreachable_ones_are_asked_again_and_only_these(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_SSH_RETRIES", "2")
    late = f"[ $(wc -l <{tmp_path}/late.calls) -gt 1 ] || {{ {REFUSED}; }}; {WELL}"
    run = Run(tmp_path, fleet(tmp_path, late=late, off=REFUSED, web=WELL, bad="echo no; exit 3"))
    found = run(retries=2)
    assert found.seen == ("late", "web")
    assert [host for host, _ in found.unreachable] == ["off"]
    assert [calls(tmp_path, host) for host in ("web", "late", "off")] == [1, 2, 3]
    assert sorted(run.order) == ["bad", "late", "off", "web"]
    assert run.notes == [
        "2 unreachable: retry 1 of 2 in 0 s",
        "1 unreachable: retry 2 of 2 in 0 s",
    ]


def test_sshs_own_retries_stand_without_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_SSH_RETRIES", "1")
    run = Run(tmp_path, fleet(tmp_path, off=REFUSED))
    assert len(run().unreachable) == 1
    assert calls(tmp_path, "off") == 2


def test_two_runs_on_one_folder_do_not_mix(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, web=WELL))
    with (
        store.locked(run.out, "process 7 on box since 9:00"),
        pytest.raises(OutputError, match=r"out: in use by process 7 on box since 9:00: wait for"),
    ):
        run()
    assert calls(tmp_path, "web") == 0
    assert not run.out.exists()
    assert run().seen == ("web",)
    assert not [path for path in run.out.iterdir() if "lock" in path.name]


def test_machines_that_left_are_named_and_stay(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, web=WELL, left=WELL))
    run()
    run.inventory = fleet(tmp_path, web=WELL)
    found = run()
    assert [path.name for path in found.snapshots] == ["web.json"]
    assert (run.out / "left.json").exists()
    (note,) = run.notes
    assert "1 not in this inventory" in note
    assert note.endswith(": left")
    run(limit="web")
    assert run.notes == []


def test_a_time_of_the_real_clock_is_what_ages_are_counted_from(tmp_path: Path) -> None:
    run = Run(tmp_path, fleet(tmp_path, web=WELL))
    run.now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    run()
    assert run(max_age=1_000_000_000 * 7).fresh == ("web",)
