"""``planner.yml``: what it gives, every error with its line, and what reviewers change by it."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import ours
import pytest
import yaml
from conftest import Golden
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from typer.testing import CliRunner

from planner import cli, render, rules, settings, store
from planner.errors import InputError
from planner.model import Finding, Outcome, Override, Plan, Unmatched, Verdict
from planner.plan import make_plan
from planner.rules import ordinary, overrides
from planner.rules.context import SIGNALS, Context
from planner.rules.context import given as given_by
from planner.session.inventory import ALLOWED
from planner.settings.quantity import number

CASES = Path(__file__).parent / "settings"
TEXTS = {str(p): p.read_text(encoding="utf-8") for p in sorted((CASES / "rules").glob("*.yaml"))}
RULES = rules.load(TEXTS)
DAY = "2026-06-01T12:00:00Z"


def read(path: Path) -> settings.Settings:
    found = settings.parse(f"conf/{path.name}", path.read_text(encoding="utf-8"))
    settings.check(found, RULES, ALLOWED)
    overrides.check(found.context.overrides, DAY)
    return found


@pytest.mark.parametrize("path", sorted((CASES / "good").glob("*.yml")), ids=lambda p: p.stem)
def test_good_files(path: Path, golden: Golden) -> None:
    found = read(path)
    changed = {n: p for n, p in found.context.signals.items() if p != SIGNALS[n]}
    seen: dict[str, Any] = {
        "name": found.name,
        "rules": found.rules,
        "target": found.context.target,
        "images": found.images,
        "signals": changed,
        "limits": found.context.limits,
        "overrides": found.context.overrides,
    }
    golden(path.with_suffix(".json"), store.encode(seen).decode())


@pytest.mark.parametrize("path", sorted((CASES / "bad").glob("*.yml")), ids=lambda p: p.stem)
def test_errors_name_file_line_thing_and_reason(path: Path) -> None:
    """The line that is wrong ends with ``# error:`` and what is said of it."""
    wanted = [
        (number, line.partition("# error: ")[2])
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "# error: " in line
    ]
    with pytest.raises(InputError) as error:
        read(path)
    said = str(error.value)
    ((line, reason),) = wanted
    assert re.match(rf"(conf/)?{re.escape(path.name)}:{line}: ", said), said
    assert reason in said
    assert said.isprintable()


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (3, 3),
        (0.5, 0.5),
        ("512MiB", 512 * 1024**2),
        ("2 GiB", 2 * 1024**3),
        ("1GB", 10**9),
        ("1.5kB", 1500),
        ("64KiB", 65536),
        ("7B", 7),
        ("25%", 0.25),
        ("12.5 %", 0.125),
    ],
)
def test_amounts(written: int | float | str, amount: int | float) -> None:
    assert number(written) == amount
    assert type(number(written)) is type(amount)


@pytest.mark.parametrize("written", ["512", "512M", "512mib", "1,5GiB", "-1GB", "GiB", "1e3B", ""])
def test_what_is_no_amount(written: str) -> None:
    with pytest.raises(ValueError, match="is no amount"):
        number(written)


def test_a_rule_of_ours_is_never_replaced() -> None:
    with pytest.raises(InputError, match=r"^own/plain-thing.yaml:1: 'plain-thing' is a rule of"):
        settings.with_own({"plain-thing.yaml": ""}, {"own/plain-thing.yaml": ""})


def accept(finding: str, until: str = "2026-12-31", **about: str) -> Override:
    about = about or {"host": "*"}
    return Override("planner.yml:1", "A", "2026-01-01", "tried", until, finding=finding, **about)


def force(verdict: Outcome, until: str = "2026-12-31", **changes: str) -> Override:
    made = Override("planner.yml:2", "B", "2026-01-01", "dared", until, "*/*", verdict=verdict)
    return replace(made, **changes)


def judged(
    *said: Override,
    facts: dict[str, Any] | None = None,
    as_of: str = DAY,
) -> Verdict:
    """Of the ordinary machine's service, which plain-thing blocks and changing-thing changes."""
    host, facts = ordinary.host(facts or {}), facts or {}
    workload = ordinary.workload({"listeners": []} if "listeners" in facts else {})
    return rules.judge(RULES, host, workload, as_of, Context(overrides=said))


ROCKY = {"os": {"id": "rocky"}}
BLIND = {"os": "unknown"}
QUIET = {"os": {"id": "rocky"}, "listeners": "unknown"}


@pytest.mark.parametrize(
    ("facts", "said", "outcome"),
    [
        ({}, [], "stay-vm"),
        ({}, [accept("plain-thing")], "container-with-changes"),
        ({}, [accept("changing-thing")], "stay-vm"),
        ({}, [accept("plain-thing", host="exam*")], "container-with-changes"),
        ({}, [accept("plain-thing", workload="example/service")], "container-with-changes"),
        ({}, [accept("plain-thing", workload="*/serv?ce")], "container-with-changes"),
        ({}, [accept("plain-thing", workload="example*")], "stay-vm"),
        ({}, [accept("plain-thing", host="Example")], "stay-vm"),
        ({}, [accept("plain-thing", host="other")], "stay-vm"),
        ({}, [accept("plain-thing", until="2026-05-31")], "stay-vm"),
        ({}, [accept("plain-thing", until="2026-06-01")], "container-with-changes"),
        (
            {},
            [accept("plain-thing", until="2026-05-31"), accept("plain-thing")],
            "container-with-changes",
        ),
        (ROCKY, [], "container-with-changes"),
        (ROCKY, [accept("changing-thing")], "container"),
        (BLIND, [], "insufficient-data"),
        (BLIND, [accept("plain-thing")], "container-with-changes"),
        (BLIND, [accept("plain-thing"), accept("changing-thing")], "container-with-changes"),
        (QUIET, [], "container-with-changes"),
        (QUIET, [accept("changing-thing")], "container"),
        ({}, [force("container")], "container"),
        (ROCKY, [force("stay-vm")], "stay-vm"),
        (BLIND, [force("container-with-changes")], "container-with-changes"),
        ({}, [force("container", until="2026-05-31")], "stay-vm"),
        ({}, [force("container", until="2026-05-31"), force("stay-vm")], "stay-vm"),
        ({}, [force("container"), accept("plain-thing")], "container"),
        ({}, [force("container", workload="other/*")], "stay-vm"),
    ],
)
def test_what_decides(facts: dict[str, Any], said: list[Override], outcome: str) -> None:
    assert judged(*said, facts=facts).outcome == outcome
    assert judged(*reversed(said), facts=facts).outcome == outcome


def test_an_accepted_finding_keeps_all_that_it_is() -> None:
    before, after = judged(), judged(accept("plain-thing"))
    assert after.findings[0] == replace(before.findings[0], accepted=(accept("plain-thing"),))
    assert after.findings[0].effect == "block"
    assert after.findings[1:] == before.findings[1:]
    assert after.looks == before.looks


def test_the_acceptance_that_lasts_longest_comes_first_and_both_are_shown() -> None:
    short, long = accept("plain-thing", "2026-07-01"), accept("plain-thing", "2027-01-01")
    assert judged(short, long).findings[0].accepted == (long, short)
    over = judged(short, long, as_of="2026-08-01T00:00:00Z")
    assert over.findings[0].accepted == (long,)
    assert over.expired == (short,)


def test_what_has_expired_is_named_and_the_rules_decide_again() -> None:
    said = accept("plain-thing", "2026-06-01"), force("container", "2026-06-01")
    last, next_ = judged(*said), judged(*said, as_of="2026-06-02T00:00:00Z")
    assert (last.outcome, last.judged, last.expired) == ("container", "container-with-changes", ())
    assert next_ == replace(judged(as_of="2026-06-02T00:00:00Z"), expired=said)


def test_an_expired_acceptance_of_what_is_not_found_is_nothing() -> None:
    assert judged(accept("plain-thing", "2026-05-01"), facts=ROCKY).expired == ()


def test_a_forced_verdict_leaves_what_the_rules_said_beside_it() -> None:
    before, after = judged(), judged(force("container"))
    assert (after.outcome, after.judged, after.forced) == (
        "container",
        "stay-vm",
        force("container"),
    )
    assert (after.findings, after.unchecked) == (before.findings, before.unchecked)
    assert (after.leaning, after.otherwise) == (None, None)
    assert (after.effort, after.effort_why) == ("large", "Forced against plain-thing.")
    assert after.why == "Forced by B until 2026-12-31: dared. The rules say stay-vm."
    stays = judged(force("stay-vm"), facts=ROCKY)
    assert (stays.judged, stays.effort, stays.effort_why) == ("container-with-changes", None, "")


def test_forces_that_differ_are_refused_with_both_lines() -> None:
    said = force("container"), force("stay-vm", where="planner.yml:9", workload="example/*")
    with pytest.raises(InputError) as error:
        judged(*said)
    assert str(error.value) == (
        "example/service is forced to container in planner.yml:2 and to stay-vm in planner.yml:9: "
        "keep one"
    )
    assert judged(force("container"), force("container", "2026-07-01")).outcome == "container"


RULE_IDS = st.sampled_from(["plain-thing", "changing-thing", "small-thing", "no-such-rule"])
KEYS = st.sampled_from(
    "target signals thresholds rules accept force arch kernel policy isolation groups variables "  # noqa: SIM905
    "replace small-thing memory finding host workload who when why until".split()
)
DAYS = st.sampled_from(["2026-05-31", "2026-06-01", "2027-01-01"])
ACCEPTED = st.builds(
    accept, RULE_IDS, DAYS, host=st.sampled_from(["*", "example", "exam?le", "other", "[", ""])
)
PATTERNS = st.sampled_from(["*/*", "example/service", "example/[a-s]*", "other/*"])
SAID = st.sampled_from(["container", "container-with-changes", "stay-vm"]).flatmap(
    lambda verdict: st.lists(
        ACCEPTED | st.builds(force, st.just(verdict), DAYS, workload=PATTERNS), max_size=5
    )
)
STRICT = {"container": 0, "container-with-changes": 1, "insufficient-data": 2, "stay-vm": 2}


@given(
    facts=st.sampled_from([{}, ROCKY, BLIND, QUIET]),
    said=SAID,
    order=st.randoms(use_true_random=False),
)
def test_overrides_never_remove_a_finding_and_their_order_never_matters(
    facts: dict[str, Any], said: list[Override], order: random.Random
) -> None:
    before, after = judged(facts=facts), judged(*said, facts=facts)

    def bare(findings: tuple[Finding, ...]) -> list[Finding]:
        return [replace(f, accepted=()) for f in findings]

    assert bare(after.findings) == bare(before.findings)
    assert bare(after.unchecked) == bare(before.unchecked)
    assert after.looks == before.looks
    assert (after.judged is None) == (after.forced is None)
    if not after.forced:
        assert STRICT[after.outcome] <= STRICT[before.outcome]
    concerned = {id(o) for f in (*after.findings, *after.unchecked) for o in f.accepted}
    if not concerned and not after.forced:
        assert replace(after, expired=()) == before
    shuffled = list(said)
    order.shuffle(shuffled)
    assert judged(*shuffled, facts=facts) == after


def test_what_is_set_reaches_the_rules() -> None:
    text = (
        "signals: {isolation: {groups: [acme]}, edge: {replace: true}}\n"
        "thresholds: {small-thing: {memory: 1MiB}}\n"
    )
    found = settings.parse("planner.yml", text)
    host = ordinary.host({"groups": ["acme-db", "pci", "edge"]})
    signals = found.context.signals
    assert given_by(signals["isolation"], host) == ("group acme-db", "group pci")
    assert given_by(signals["edge"], host) == ()
    assert given_by(SIGNALS["edge"], host) == ("group edge",)
    small = ordinary.workload({"resources": {"memory": 2 * 1024**2}})
    for context, fires in ((Context(), True), (found.context, False)):
        verdict = rules.judge(RULES, host, small, DAY, context)
        assert ("small-thing" in {f.rule for f in verdict.findings}) == fires


YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | DAYS | RULE_IDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


BILLION = "".join(f"{k}: &{k} [{f'*{j},' * 9}]\n" for j, k in pairwise("abcdefghij"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "nested deeper than 50"),
        ("a: &a [1]\n" + BILLION, "more than 100000 values, with its aliases"),
    ],
)
def test_what_nobody_writes_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=rf"^x:1: not YAML: {reason}"):
        settings.parse("x", text)


@given(st.text() | st.dictionaries(KEYS, YAML).map(lambda data: yaml.safe_dump(data)))
def test_no_text_breaks_the_reader(text: str) -> None:
    """It is settings, or one line of error that names the file and a line of it."""
    said = ""
    try:
        settings.check(settings.parse("conf/planner.yml", text), RULES, ALLOWED)
    except InputError as error:
        said = str(error)
    last = len(re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text)) + 1
    where = re.match(r"conf/planner\.yml:(\d+): ", said)
    assert not said or (where and 1 <= int(where[1]) <= last and said.isprintable())


# --- what a plan and its reader see -----------------------------------------------------------

OURS = rules.load(store.rule_texts() | TEXTS, examples=False)
MACHINES = ("app", "dmz-gw", "node-09", "web")
FLEET = tuple(s for s in store.read_snapshots([store.demo_folder()]) if s.host in MACHINES)
HOSTILE = "=1+1 | `x` <script> [a](https://b) *c*\x1b[31m\n# d"


def planned(*said: Override, as_of: str | None = None) -> Plan:
    made = settings.Settings(context=Context(overrides=said))
    return make_plan(FLEET, OURS, as_of=as_of, version="0", settings=made)


def test_what_concerns_nothing_is_listed_with_the_reason() -> None:
    said = {
        accept("changing-thing", workload="wbe/nginx"): "no such workload in this plan",
        accept("changing-thing", host="wbe"): "no such machine in this plan",
        accept("usb-device", host="web"): "no such finding there",
        accept("changing-thing", host="node-*"): "node-09 was not seen (unreachable)",
        force("container", workload="node-09/nginx"): "node-09 was not seen (unreachable)",
        force("container", workload="dmz-gw/*"): "no such workload in this plan",
        accept("usb-device", "2026-01-02", host="web"): "no such finding there",
        accept("changing-thing", host="web"): "",
        accept("changing-thing", "2026-01-02", host="app"): "",
        accept("other-operating-system", host="dmz-gw"): "",
        force("stay-vm", workload="web/nginx"): "",
    }
    plan = planned(*said)
    assert plan.unmatched == tuple(Unmatched(o, reason) for o, reason in said.items() if reason)
    by_name = {h.name: h for h in plan.hosts}
    assert (by_name["node-09"].outcome, by_name["node-09"].workloads) == (None, ())
    assert by_name["web"].outcome == "stay"


def test_a_machine_without_workloads_is_accepted_by_its_name() -> None:
    (before,) = [h for h in planned().hosts if h.name == "dmz-gw"]
    assert before.verdict
    blocks = [f.rule for f in before.verdict.findings if f.effect == "block"]
    (after,) = [
        h for h in planned(*(accept(b, host="dmz-gw") for b in blocks)).hosts if h.name == "dmz-gw"
    ]
    assert (before.outcome, after.outcome) == ("stay", "insufficient-data")


def test_nothing_is_built_of_a_forced_workload_without_a_command() -> None:
    snapshots = store.read_snapshots([store.demo_folder() / "files-05.json"])
    made = settings.Settings(context=Context(overrides=(force("container"),)))
    plan = make_plan(snapshots, OURS, as_of=None, version="0", settings=made)
    (item,) = plan.hosts[0].workloads
    assert item.image
    assert item.image.problems == ("no safe command to start it was found",)
    (change,) = [a.text for a in render.render(plan, store.templates()) if "change.md" in a.path]
    assert "no safe command to start it was found" in change


def test_report_and_change_show_every_word_and_quote_it() -> None:
    def said(text: str) -> Plan:
        one = replace(accept("changing-thing", host="web"), why=f"why{text}", who=f"who{text}")
        return planned(
            one,
            replace(one, until="2026-01-02", why=f"over{text}"),
            replace(one, host="", workload=f"x{text}/y", why=f"lost{text}"),
            replace(force("container", workload="app/shop"), why=f"dared{text}", who=f"boss{text}"),
        )

    clean = {a.path: a.text for a in render.render(said(""), store.templates())}
    dirty = {a.path: a.text for a in render.render(said(HOSTILE), store.templates())}
    assert clean.keys() == dirty.keys()
    for path in ("report.md", "hosts/web/change.md", "hosts/app/change.md", "report.csv"):
        assert len(clean[path].splitlines()) == len(dirty[path].splitlines())
        assert all(c.isprintable() or c in "\r\n" for c in dirty[path])
        outside = re.sub(r"(?s)\\.|(`+)(?!`).+?(?<!`)\1(?!`)", "", dirty[path])
        assert path.endswith(".csv") or not re.search(r"<script|https://|\]\(", outside)
    for word in ("why", "over", "dared"):
        assert f" | {word} | `planner.yml:" in clean["report.md"]
    assert "`changing-thing` for `x/y`: no such workload in this plan" in clean["report.md"]
    assert "**accepted** by who on 2026-01-01 until 2026-12-31: why" in clean["hosts/web/change.md"]
    assert "**expired**, it counts no more: `changing-thing`" in clean["hosts/web/change.md"]
    assert "Forced to container by boss on 2026-01-01" in clean["hosts/app/change.md"]
    rows = {r["workload"]: r for r in csv.DictReader(io.StringIO(dirty["report.csv"], newline=""))}
    assert rows["app/shop"]["rules_say"] == "stay-vm"
    assert "expired: changing-thing accepted by who=1+1" in rows["web/nginx"]["exceptions"]
    for row in rows.values():
        assert not [cell for cell in row.values() if cell[:1] in tuple("=+-@\t\r")]


def command(*arguments: str | Path) -> Any:
    return CliRunner().invoke(cli.app, [*map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Here is a planner.yml with an own rule, and snapshots of web and node-09."""
    monkeypatch.chdir(tmp_path)
    Path("seen").mkdir()
    for name in ("web", "node-09"):
        shutil.copy(store.demo_folder() / f"{name}.json", "seen")
    Path("own").mkdir()
    shutil.copy(CASES / "rules/changing-thing.yaml", "own")
    Path("planner.yml").write_text(
        "rules: own\n"
        "accept:\n"
        "  - {finding: changing-thing, host: web, who: A, when: 2026-01-01, why: 'a\\x1b[1mb', "
        "until: 2099-12-31}\n"
        "  - {finding: changing-thing, host: wbe, who: A, when: 2026-01-01, why: a, "
        "until: 2099-12-31}\n".replace("'", '"'),
        encoding="utf-8",
    )
    return tmp_path


def test_the_file_of_the_current_folder_is_used_and_said(folder: Path) -> None:
    done = command("plan", "seen", "-o", "plan")
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines() == [
        f"planner: settings of {folder / 'planner.yml'} are used",
        "planner: planner.yml:4: changing-thing accepted for wbe: no such machine in this plan: "
        "correct it, or take it away",
    ]
    plan = store.read_plan(Path("plan"))
    assert plan.settings == "planner.yml"
    assert plan.settings_sha256 == sha256(Path("planner.yml").read_bytes()).hexdigest()
    assert plan.rules_sha256 != ours.RULES.sha256
    shown = command("explain", "web/nginx", "--plan", "plan").output
    assert "[adapt, counts as note] changing-thing: It listens.\n" in shown
    assert "accepted by A on 2026-01-01 until 2099-12-31: a\N{REPLACEMENT CHARACTER}[1mb (" in shown
    assert "After 2099-12-31 changing-thing counts as adapt again." in shown


def test_explain_shows_what_is_forced_and_what_has_expired(folder: Path) -> None:
    Path("planner.yml").write_text(
        "accept: [{finding: data-on-the-machine, host: web, who: A, when: 2025-01-01, "
        "why: tried, until: 2025-12-31}]\n"
        "force: [{workload: web/nginx, verdict: stay-vm, who: B, when: 2026-01-01, "
        "why: A cluster comes., until: 2099-12-31}]\n",
        encoding="utf-8",
    )
    assert command("plan", "seen", "-o", "plan").exit_code == 0
    shown = command("explain", "web/nginx", "--plan", "plan").output.splitlines()
    (web,) = [h for h in store.read_plan(Path("plan")).hosts if h.name == "web"]
    assert shown[0] == "web/nginx: stay-vm"
    for line in (
        f"  the rules say {web.workloads[0].verdict.judged}",
        "  forced by B on 2026-01-01 until 2099-12-31: A cluster comes. (planner.yml:2)",
        "  counts no more: data-on-the-machine accepted by A on 2025-01-01 until 2025-12-31: tried "
        "(planner.yml:1)",
        "  It is forced until 2099-12-31; then it is what the rules say.",
    ):
        assert line in shown
    assert [line for line in shown if line.startswith("  [adapt] data-on-the-machine: ")]


def test_the_same_settings_give_the_same_bytes_from_wherever_they_are_named(folder: Path) -> None:
    first = command("plan", "seen", "-o", "a")
    (folder / "elsewhere").mkdir()
    shutil.copytree("own", "elsewhere/own")
    shutil.copy("planner.yml", "elsewhere/planner.yml")
    Path("planner.yml").unlink()
    named = command("plan", "seen", "-o", "b", "--settings", "elsewhere/planner.yml")
    assert (first.exit_code, named.exit_code) == (0, 0)
    assert "are used" not in named.stderr
    assert Path("a/plan.json").read_bytes() == Path("b/plan.json").read_bytes()
    assert Path("a/report.md").read_bytes() == Path("b/report.md").read_bytes()


def test_without_a_file_nothing_is_said(folder: Path) -> None:
    Path("planner.yml").unlink()
    done = command("plan", "seen", "-o", "plan")
    assert (done.exit_code, done.stderr) == (0, "")
    assert b'"settings"' not in Path("plan/plan.json").read_bytes()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rules: nowhere\n", "planner.yml:1: rules: nowhere: no such folder: correct it"),
        ("{}\nrules: \xff\n".encode("latin-1"), "planner.yml:2: not UTF-8 (invalid start byte)"),
        ("rules: empty\n", "empty: no rules (*.yaml) in this folder"),
        ("rules: ours\n", "ours/usb-device.yaml:1: 'usb-device' is a rule of the planner's"),
        ("rules: wrong\n", "wrong/changing-thing.yaml:5: Invalid enum value 'blcok'"),
        ("rules: yml\n", "yml/changing-thing.yml: the name of a rule ends in .yaml: rename it"),
        ("rules: failing\n", "failing/changing-thing.yaml:14: example under 'silent' fires"),
        (
            "accept: [{finding: usb-device, host: web, who: A, when: 2098-01-01, why: a, "
            "until: 2099-01-01}]",
            "planner.yml:1: when: 2098-01-01 is after the day that is judged",
        ),
    ],
)
def test_what_cannot_be_used_ends_it_before_anything_is_written(
    folder: Path, text: str | bytes, reason: str
) -> None:
    rule = (CASES / "rules/changing-thing.yaml").read_text(encoding="utf-8")
    Path("planner.yml").write_bytes(text.encode() if isinstance(text, str) else text)
    for name, content in {
        "empty/README": "",
        "ours/usb-device.yaml": rule,
        "wrong/changing-thing.yaml": rule.replace("adapt", "blcok"),
        "yml/changing-thing.yml": rule,
        "failing/changing-thing.yaml": rule.replace("listeners: []", "state: failed", 1),
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    done = command("plan", "seen", "-o", "plan")
    assert isinstance(done.exception, InputError)
    assert reason in str(done.exception)
    assert not list(Path("plan").glob("*.json"))


def test_no_machine_is_asked_with_settings_that_cannot_be_used(folder: Path) -> None:
    Path("planner.yml").write_text("signals: {edgy: {}}", encoding="utf-8")
    done = command("run", "-i", "localhost,", "-o", "plan")
    assert isinstance(done.exception, InputError)
    assert str(done.exception).startswith("planner.yml:1: no signal 'edgy'")
    assert not Path("plan").exists()


def test_a_file_that_is_named_must_be_there(folder: Path) -> None:
    done = command("plan", "seen", "--settings", "other.yml")
    assert isinstance(done.exception, InputError)
    assert str(done.exception) == "other.yml: No such file or directory: name a settings file"


def test_the_schema_names_every_key() -> None:
    schema = json.loads(command("schema", "settings").output)
    assert set(schema["$defs"]["SettingsFile"]["properties"]) == {
        *("target", "signals", "thresholds", "rules", "images", "targets", "accept", "force"),
    }
    assert set(schema["$defs"]["Acceptance"]["required"]) == {
        *("finding", "who", "when", "why", "until"),
    }


def test_the_example_of_the_readme_is_good() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"(?s)```yaml\n(# planner.yml\n.*?)```", readme)
    found = settings.parse("planner.yml", example)
    settings.check(found, ours.RULES, ALLOWED)
    overrides.check(found.context.overrides, DAY)
    assert {o.verdict or o.finding for o in found.context.overrides} == {
        "stay-vm",
        "kernel-settings",
    }
