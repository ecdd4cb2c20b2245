"""Several looks at one machine: the newest decides, the earlier ones add what a day cannot show."""

from __future__ import annotations

import json
import re
import time

import msgspec
import pytest
from ours import RULES

from planner import __version__, facts, looks, render, store, volumes
from planner.model import HostPlan, Look, Peer, Plan, Snapshot, Volume, Workload
from planner.plan import make_plan

DAYS = ("2026-01-01T00:00:00Z", "2026-01-11T00:00:00Z", "2026-01-31T00:00:00Z")


def snapshot(name: str) -> Snapshot:
    return next(s for s in store.read_snapshots([store.demo_folder()]) if s.host == name)


def on(day: str, base: Snapshot, **sections: str) -> Snapshot:
    """The same machine on another day, with other text in some sections."""
    changed = {
        name.replace("_", "-"): msgspec.structs.replace(
            base.sections[name.replace("_", "-")], text=text
        )
        for name, text in sections.items()
    }
    return msgspec.structs.replace(base, taken_at=day, sections={**base.sections, **changed})


def plan(*snapshots: Snapshot) -> Plan:
    return make_plan(snapshots, RULES, as_of=None, version=__version__)


def of(made: Plan, host: str) -> HostPlan:
    return next(h for h in made.hosts if h.name == host)


def test_peaks_peers_and_growth_come_from_all_looks() -> None:
    db = snapshot("db")
    first = re.sub(r"^\d+(\t\d*\t[^\t]*\t/srv/pgdata/15/main)$", r"1000000\1",
                   db.sections["sizes"].text, flags=re.M)  # fmt: skip
    assert first != db.sections["sizes"].text
    heavy = re.sub(r"^rss \d+", "rss 900000", db.sections["processes"].text, flags=re.M)
    one = of(plan(on(DAYS[2], db)), "db")
    all_ = of(
        plan(on(DAYS[2], db), on(DAYS[0], db, sizes=first), on(DAYS[1], db, processes=heavy)), "db"
    )
    (alone,) = (w.workload for w in one.workloads if w.workload.kind == "postgresql")
    (merged,) = (w.workload for w in all_.workloads if w.workload.kind == "postgresql")
    assert merged.resources["memory"] == 900000 * 1024 * len(merged.pids)
    assert merged.resources["memory"] > alone.resources["memory"]
    (data,) = (v for v in merged.volumes if v.path == "/srv/pgdata/15/main")
    assert (data.growth, data.growth_since) == (round((data.size - 1000000) / 30), DAYS[0])
    assert [v.growth for v in alone.volumes] == [None] * len(alone.volumes)
    assert [look.taken_at for look in all_.looks] == list(DAYS)
    assert (all_.taken_at, len(one.looks)) == (DAYS[2], 1)


def test_the_order_of_the_files_says_nothing() -> None:
    web = snapshot("web")
    days = [on(day, web) for day in DAYS]
    assert store.encode(plan(*days)) == store.encode(plan(*reversed(days)))


def test_a_connection_of_another_day_counts_and_says_when() -> None:
    base = Workload(id="h/a", host="h", name="a", kind="service", title="a", state="stopped",
                    peers=(Peer("10.0.0.1", 80, seen=False), Peer("10.0.0.2", 80)))  # fmt: skip
    past = msgspec.structs.replace(
        base,
        state="running",
        peers=(Peer("10.0.0.1", 80), Peer("10.0.0.2", 80), Peer("10.0.0.3", 80, seen=False)),
    )
    (merged,) = looks.merged([base], [(DAYS[1], [past]), (DAYS[0], [past])])
    assert merged.peers == (
        Peer("10.0.0.1", 80, last_seen=DAYS[1]),
        Peer("10.0.0.2", 80),
    )
    assert merged.unknowns == (f"It ran on {DAYS[1]} and did not at the newest look.",)


def test_what_is_gone_is_named_and_not_planned() -> None:
    web = snapshot("web")
    ran = [w.workload.name for w in of(plan(web), "web").workloads]
    assert ran
    bare = {name: web.sections[name] for name in ("identity", "os-release", "uname")}
    empty = msgspec.structs.replace(
        on(DAYS[2], web),
        sections={
            **bare,
            **{
                n: msgspec.structs.replace(s, text="")
                for n, s in web.sections.items()
                if n not in bare
            },
        },
    )
    found = of(plan(on(DAYS[0], web), empty), "web")
    assert [g.name for g in found.gone] == ran
    assert {g.last_seen for g in found.gone} == {DAYS[0]}
    report = next(
        a.text
        for a in render.render(plan(on(DAYS[0], web), empty), store.templates())
        if a.path == "report.md"
    )
    assert f"ran on {DAYS[0]} and is not there any more" in report


@pytest.mark.parametrize("status", ["unreachable", "failed"])
def test_a_look_that_failed_does_not_hide_an_earlier_one(status: str) -> None:
    web = snapshot("web")
    blank = Snapshot(1, "web", status, DAYS[2], "captured", reason="no route to host")  # type: ignore[arg-type]
    found = of(plan(blank, on(DAYS[0], web)), "web")
    assert (found.status, found.taken_at) == ("seen", DAYS[0])
    assert found.outcome == of(plan(on(DAYS[0], web)), "web").outcome
    assert [(look.taken_at, look.lacks) for look in found.looks] == [
        (DAYS[0], ""),
        (DAYS[2], "no route to host"),
    ]


def test_another_machine_under_the_same_name_is_not_mixed_in() -> None:
    db = snapshot("db")
    identity = re.sub("machine_id=.*", f"machine_id={'f' * 32}", db.sections["identity"].text)
    found = of(plan(on(DAYS[0], db, identity=identity), on(DAYS[2], db)), "db")
    assert "another machine id" in found.looks[0].lacks
    assert all(v.growth is None for w in found.workloads for v in w.workload.volumes)


def test_growth_needs_two_measurements() -> None:
    volume = Volume("d", "/d", "data", "r", size=3000)
    assert looks.growth(volume, DAYS[1], [(DAYS[0], 1000)]) == 200
    assert looks.growth(volume, DAYS[1], [(DAYS[0], -1)]) is None
    assert looks.growth(volume, DAYS[0], [(DAYS[0], 1000)]) is None
    assert looks.growth(msgspec.structs.replace(volume, size=-1), DAYS[1], [(DAYS[0], 9)]) is None


def test_looks_of_one_day_tell_no_growth() -> None:
    volume = Volume("d", "/d", "data", "r", size=3000)
    assert looks.growth(volume, "2026-01-01T23:59:59Z", [(DAYS[0], 1000)]) is None
    assert looks.growth(volume, "2026-01-02T00:00:00Z", [(DAYS[0], 1000)]) == 2000


def test_growth_says_the_size_on_the_day_of_the_change() -> None:
    volume = Volume("d", "/d", "data", "r", size=10**10, files=2000, growth=10**9)
    volume = msgspec.structs.replace(volume, growth_since=DAYS[0])
    seen = [Look(DAYS[0], "seen"), Look(DAYS[2], "seen")]
    assert volumes.growing(volume, DAYS[2], seen) == volumes.Growth(
        month=30 * 10**9,
        since=DAYS[0],
        days=30,
        expected=40 * 10**9,
        expected_on="2026-03-02",
        seconds=5 + 40_000 // 30 + 1,
    )
    asked = volumes.growing(volume, DAYS[2], seen, as_of="2026-02-05T12:00:00Z")
    assert (asked.expected, asked.expected_on) == (15_500_000_000, "2026-02-05")
    past = volumes.growing(volume, DAYS[2], seen, as_of=DAYS[1])
    assert past.expected_on == "2026-03-02"
    shrinks = msgspec.structs.replace(volume, growth=-(10**9))
    assert volumes.growing(shrinks, DAYS[2], seen).expected == 0


def test_growth_that_nothing_tells_is_not_known_with_the_reason() -> None:
    volume = Volume("d", "/d", "data", "r", size=10**10)
    one, other = Look(DAYS[0], "seen"), Look(DAYS[2], "seen")
    missed = Look(DAYS[1], "unreachable", lacks="no route to host")
    assert volumes.growing(volume, DAYS[2], [other]).unknown == "one look"
    assert volumes.growing(volume, DAYS[2], [missed, other]).unknown == "one look"
    assert "before measured it" in volumes.growing(volume, DAYS[2], [one, other]).unknown
    unmeasured = msgspec.structs.replace(volume, size=-1)
    assert volumes.growing(unmeasured, DAYS[2], [one]).unknown == "its size was not measured"


def test_what_nobody_wrote_for_a_month_does_not_grow() -> None:
    old = Volume("d", "/d", "content", "r", size=10**9, files=10, modified="2025-09-03T00:00:00Z")
    one = [Look(DAYS[2], "seen")]
    told = volumes.growing(old, DAYS[2], one)
    assert (told.at_rest, told.days, told.expected, told.unknown) == (True, 150, 10**9, "")
    fresh = msgspec.structs.replace(old, modified="2026-01-02T00:00:00Z")
    assert volumes.growing(fresh, DAYS[2], one).unknown == "one look"
    assert volumes.growing(msgspec.structs.replace(old, modified=""), DAYS[2], one).unknown
    # What the looks measured goes first.
    measured = msgspec.structs.replace(old, growth=-5, growth_since=DAYS[0])
    assert not volumes.growing(measured, DAYS[2], one).at_rest


def test_the_growth_is_written_for_people_and_for_programs() -> None:
    db = snapshot("db")
    less = re.sub(r"^\d+(\t\d*\t[^\t]*\t/srv/pgdata/15/main)$", r"1000000\1",
                  db.sections["sizes"].text, flags=re.M)  # fmt: skip
    made = {
        a.path: a.text
        for a in render.render(
            plan(on(DAYS[2], db), on(DAYS[0], db, sizes=less)), store.templates()
        )
    }
    page = made["hosts/db/volumes.md"]
    assert "on 30 MB and 2000 files a second" in page
    assert "| +68.6 MiB a month |" in page
    assert f"+68.6 MiB a month over the 30 days since {DAYS[0]}: if that goes on" in page
    assert "on 2026-03-02, and 9 s for a whole copy" in page
    told = json.loads(made["hosts/db/volumes.json"])["volumes"][0]["growth"]
    assert (told["days"], told["since"], told["seconds"]) == (30, DAYS[0], 9)


def test_a_time_that_cannot_be_read_compares_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    volume = Volume("d", "/d", "data", "r", size=3000)
    assert looks.growth(volume, DAYS[1], [("last week", 9), (DAYS[0], 1000)]) == 200
    assert looks.growth(volume, "today", [(DAYS[0], 1000)]) is None
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert looks.growth(volume, DAYS[1], [("2026-01-01T00:00:00", 1000)]) == 200
    finally:
        monkeypatch.undo()
        time.tzset()
    hosts = [facts.read(on(day, snapshot("ci-03"))) for day in (DAYS[0], "zzz")]
    base = looks.newest(hosts)
    assert base.taken_at == DAYS[0]
    assert looks.comparable(base, hosts[1]) == "its time cannot be read"
