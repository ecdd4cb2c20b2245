"""Rules: their own examples, the engine's promises, and what a user sees of both."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.meta import find_undeclared_variables
from ours import RULES
from typer.testing import CliRunner

from planner import cli, store
from planner.errors import InputError
from planner.images.lifecycle import lifecycle, runtime
from planner.model import (
    OS,
    PLAN_SCHEMA,
    Fact,
    Host,
    HostPlan,
    Module,
    OpenFile,
    PciDevice,
    Plan,
    UsbDevice,
    Verdict,
    Workload,
    WorkloadPlan,
)
from planner.rules import (
    GUIDANCE,
    Neighbours,
    RuleSet,
    failures,
    judge,
    judge_host,
    judge_machine,
    load,
    ordinary,
    roll_up,
)
from planner.rules.conditions import Expression, bound
from planner.rules.language import ENVIRONMENT, parse, positive
from planner.rules.scope import Trace, names

TEXTS = store.rule_texts()
EXAMPLES = [example for rule in RULES.rules for *_, example in rule.source.examples.cases]
FACTS = sorted(n for n in Host.__struct_fields__ if isinstance(getattr(ordinary.host({}), n), Fact))
SEVERITY = {"container": 0, "container-with-changes": 1, "insufficient-data": 2, "stay-vm": 2}
RULE = """\
id: sample
title: Sample
axis: system
scope: host
effect: block
guidance: [V2]
when: host.os.id == 'debian'
message: It runs {{ host.os.id }}.
remediation: Look.
unknown: Not known.
examples:
  fires: [{host: {os: {id: debian}}}]
  silent: [{host: {os: {id: rocky}}}]
  unknown: [{host: {os: unknown}}]
"""


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_examples_come_out_as_they_say(rule):
    assert list(failures(rule)) == []
    assert len(TEXTS[rule.file].splitlines()) <= 40


OF_A_WORKLOAD = {"w", "workload", "runtime", "staying", "undecided", "others"}


@pytest.mark.parametrize(
    "rule", [r for r in RULES.rules if r.source.scope != "workload"], ids=lambda rule: rule.id
)
def test_what_is_asked_once_for_a_machine_names_none_of_its_workloads(rule):
    asked = [f"{{{{ {e.text} }}}}" for e in (*rule.when, *rule.any, *rule.evidence)]
    tree = ENVIRONMENT.parse("".join((*asked, rule.message.text)))
    assert find_undeclared_variables(tree) & OF_A_WORKLOAD == set()


def test_what_is_asked_again_is_whatever_names_its_neighbours():
    again = {rule.id for rule in RULES.of_neighbours}
    assert "coupled-to-what-stays" in again
    for rule in (r for r in RULES.of("workload") if r.id not in again):
        asked = [f"{{{{ {e.text} }}}}" for e in (*rule.when, *rule.any, *rule.evidence)]
        tree = ENVIRONMENT.parse("".join((*asked, rule.message.text)))
        assert not find_undeclared_variables(tree) & {"staying", "undecided"}, rule.id


def test_a_machine_is_judged_as_each_of_its_workloads_with_what_stays_beside_it():
    host = ordinary.host({})
    tie = {"kind": "socket", "detail": "/run/a.sock"}
    back = [{"workload": "example/service", **tie}]
    kernel = ordinary.workload(
        {"id": "example/a", "name": "a", "traits": ["kernel-service"], "couplings": back}
    )
    to = [{"workload": name, **tie} for name in ("example/a", "example/c")]
    tied = ordinary.workload({"couplings": to})
    chained = ordinary.workload({"id": "example/c", "name": "c", "couplings": back})
    free = ordinary.workload({"id": "example/z", "name": "z"})
    found = (kernel, tied, chained, free)
    judged = judge_machine(RULES, host, found, ordinary.AS_OF)
    assert (judged.outcome, judged.alone) == ("split", judge_host(RULES, host, ordinary.AS_OF))
    staying = ("example/a", "example/service", "example/c")
    before = {"example/service": staying[:1], "example/c": staying[:2]}
    for item in judged.workloads:
        pids = tuple(sorted(p for w in found if w.id != item.workload.id for p in w.pids))
        known = Neighbours(before.get(item.workload.id, ()), (), pids)
        alone = judge(RULES, host, item.workload, ordinary.AS_OF, neighbours=known)
        assert item.verdict == alone, item.workload.id
        assert (item.verdict.outcome == "stay-vm") is (item.workload.id in staying)


def test_a_failing_example_is_named_with_its_line():
    wrong = RULE.replace("silent: [{host: {os: {id: rocky}}}]", "silent: [{host: {}}]")
    (failure,) = failures(load({"sample.yaml": wrong}, examples=False).rules[0])
    assert failure == "sample.yaml:13: example under 'silent' fires: correct the rule"


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("host.os.id ==", "host.os.ident ==", 7, "OS has no 'ident'"),
        ("host.os.id ==", "hots.os.id ==", 7, "no name 'hots'"),
        ("host.os.id == 'debian'", "host.os.id == ", 7, "unexpected 'end of template'"),
        ("host.os.id == 'debian'", "host.os.id | frobnicate", 7, "no filter 'frobnicate'"),
        ("host.os.id == 'debian'", "host.os.id is shiny", 7, "no test 'shiny'"),
        ("host.os.id == 'debian'", "host.pci | selectattr('colour')", 7, "no 'colour'"),
        ("host.os.id == 'debian'", "host.groups | select('matching', '\\d')", 7, "backslash"),
        ("host.os.id == 'debian'", "w.kind == 'nginx'", 4, "scope host"),
        ("host.os.id == 'debian'", "'{{ host.os.id }}'", 7, "without {{ }}"),
        ("{{ host.os.id }}", "{{ host.os.colour }}", 8, "OS has no 'colour'"),
        ("effect: block", "effect: blcok", 5, "Invalid enum value 'blcok'"),
        ("guidance: [V2]", "guidance: [V99]", 6, "no guidance 'V99'"),
        ("remediation: Look.", "remedy: Look.", 9, "unknown field `remedy`"),
        ("remediation: Look.\n", "", 1, "missing required field `remediation`"),
        ("  silent: [{host: {os: {id: rocky}}}]\n", "", 11, "missing required field `silent`"),
        ("id: rocky", "id: 3", 13, "Expected `str`, got `int`"),
        ("silent: [{host: {os:", "silent: [{host: {oss:", 13, "no fact 'oss'"),
        ("id: sample", "id: other", 1, "not the file's name"),
        ("axis: system", "axis: system\naxis: data", 4, "'axis' twice"),
        ("axis: system", "axis: [", 5, "not YAML"),
        ("when: host.os.id == 'debian'\n", "", 1, "neither `when:` nor `any:`"),
    ],
)
def test_errors_name_file_and_line(old, new, line, reason):
    with pytest.raises(InputError) as error:
        load({"sample.yaml": RULE.replace(old, new, 1)})
    assert str(error.value).startswith(f"sample.yaml:{line}: ")
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_one_id_in_two_files_is_refused():
    with pytest.raises(InputError, match=r"b/sample.yaml:1: sample is also in a/sample.yaml"):
        load({"a/sample.yaml": RULE, "b/sample.yaml": RULE})


MILDER = RULE.replace("sample", "milder").replace("effect: block", "effect: note")
GIVES_WAY = MILDER.replace("message:", "said_by: [sample]\nmessage:")


@pytest.mark.parametrize(
    ("os", "said"),
    [("debian", ["sample"]), ("ubuntu", ["milder"]), ("rocky", [])],
)
def test_what_another_rule_says_is_said_once(os, said):
    wider = GIVES_WAY.replace("== 'debian'", "in ['debian', 'ubuntu']")
    rules = load({"sample.yaml": RULE, "milder.yaml": wider})
    machine = ordinary.host({"os": {"id": os}})
    verdict = judge(rules, machine, ordinary.workload({}), ordinary.AS_OF)
    assert [f.rule for f in verdict.findings] == said
    assert [f.rule for f in judge_host(rules, machine, ordinary.AS_OF).findings] == said


def test_a_rule_gives_way_to_nothing_that_was_not_seen():
    rules = load({"sample.yaml": RULE, "milder.yaml": GIVES_WAY})
    hidden = ordinary.host({"os": "unknown"})
    verdict = judge(rules, hidden, ordinary.workload({}), ordinary.AS_OF)
    assert [f.rule for f in verdict.unchecked] == ["sample", "milder"]


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"milder.yaml": GIVES_WAY}, "milder.yaml:8: there is no rule sample"),
        (
            {
                "milder.yaml": MILDER,
                "sample.yaml": RULE.replace("message", "said_by: [milder]\nmessage"),
            },
            "sample.yaml:8: milder is milder than this rule",
        ),
    ],
)
def test_a_rule_gives_way_only_to_one_that_is_no_milder(texts, reason):
    with pytest.raises(InputError, match=reason):
        load(texts)


@pytest.mark.parametrize(
    ("host", "workload", "once"),
    [
        (
            {
                "huge_pages": {"pools": [{"size": 2097152, "total": 1500, "free": 1500}]},
                "sysctl": {"vm.nr_hugepages": "1500"},
            },
            {"traits": ["database"]},
            {"huge-pages-dominant"},
        ),
        (
            {
                "huge_pages": {"pools": [{"size": 2097152, "total": 512, "free": 256}]},
                "processes": [{"pid": 100, "ppid": 1, "uid": 26, "gid": 26, "huge": 536870912}],
            },
            {},
            {"huge-pages"},
        ),
        (
            {"units": [{"name": "example.service", "active": "active", "startup": 412.0}]},
            {},
            {"very-slow-start"},
        ),
        (
            {"sysctl": {"vm.max_map_count": "262144", "vm.swappiness": "1"}},
            {"traits": ["database", "search"]},
            {"search-engine"},
        ),
        (
            {"sysctl": {"vm.overcommit_memory": "1", "net.core.somaxconn": "1024"}},
            {"traits": ["cache"]},
            {"tuned-kernel"},
        ),
        (
            {"os": {"id": "centos", "version": "5", "codename": "", "name": "CentOS 5"}},
            {"packages": [{"name": "httpd", "version": "2", "pin": "httpd", "reason": "r"}]},
            {"rebuild-on-a-newer-release"},
        ),
        (
            {"os": {"id": "sles", "version": "15.7", "codename": "", "name": "SLES 15 SP7"}},
            {},
            {"no-base-image"},
        ),
    ],
)
def test_one_thing_is_said_by_one_rule(host, workload, once):
    groups = (
        {r.id for r in RULES.rules if r.id.startswith(("huge-page", "lives-in-huge"))},
        {"slow-start", "very-slow-start"},
        {"search-engine", "tuned-kernel", "kernel-parameters", "kernel-settings"},
        {"no-base-image", "os-past-support", "rebuild-on-a-newer-release", "os-end-of-life"},
    )
    machine, service = ordinary.host(host), ordinary.workload(workload)
    found = {f.rule for f in judge(RULES, machine, service, ordinary.AS_OF).findings}
    assert found & set().union(*groups) == once


def test_the_hash_follows_the_text():
    assert load({"sample.yaml": RULE}).sha256 == load({"sample.yaml": RULE}).sha256
    assert load({"sample.yaml": RULE}).sha256 != load({"sample.yaml": RULE + "\n"}).sha256


def answer(text: str, host: Host, workload: Workload | None = None) -> bool | None:
    trace = Trace()
    scope = names(host, workload or ordinary.workload({}), ordinary.AS_OF, trace)
    return Expression(text, (), positive(parse(text))).answer(bound(scope), trace).value


@pytest.mark.parametrize(
    ("text", "known", "in_part", "unknown"),
    [
        ("host.usb", True, True, None),
        ("host.usb | selectattr('vendor', 'eq', '0529')", True, True, None),
        ("host.usb | selectattr('vendor', 'eq', 'ffff')", False, None, None),
        ("not host.usb", False, None, None),
        ("host.usb | length >= 1", True, True, None),
        ("host.usb | length < 5", True, None, None),
        ("host.usb | rejectattr('vendor', 'eq', 'ffff')", True, None, None),
        ("host.init == 'systemd' or host.usb", True, True, True),
        ("host.init == 'upstart' and host.usb", False, False, False),
        ("unsure('ask') or host.init == 'systemd'", None, None, None),
    ],
)
def test_three_values(text, known, in_part, unknown):
    device = {"vendor": "0529", "product": "1"}
    partial = {"partial": "cut", "value": [device]}
    given_as = {"known": [device], "in_part": partial, "unknown": "unknown"}
    found = {kind: answer(text, ordinary.host({"usb": usb})) for kind, usb in given_as.items()}
    assert found == {"known": known, "in_part": in_part, "unknown": unknown}


@pytest.mark.parametrize(
    "text",
    [
        "host.__class__",
        "host.groups.__class__.__mro__",
        "host.groups | map(attribute='__class__')",
        "host.groups | map(attribute='x.__class__')",
    ],
)
def test_expressions_stay_in_the_sandbox(text):
    assert answer(text, ordinary.host({})) is None


def test_facts_are_inert_in_messages():
    hostile = "{{ 7 * 7 }}{% raw %}\n\x1b[2J\u202e" + "x" * 5000
    host = ordinary.host({"os": {"id": "windows", "system": "windows", "name": hostile}})
    verdict = judge(RULES, host, ordinary.workload({}), ordinary.AS_OF)
    (finding,) = (f for f in verdict.findings if f.rule == "other-operating-system")
    assert "{{ 7 * 7 }}{% raw %}" in finding.message
    assert finding.message.isprintable()
    assert len(finding.message) < 400
    assert all(e.value.isprintable() for e in finding.evidence)


def hide(host: Host, hidden: dict[str, str]) -> Host:
    changes: dict[str, object] = {}
    for name, how in hidden.items():
        fact = getattr(host, name)
        if how == "unknown":
            changes[name] = Fact(section=fact.section, unknown="hidden")
        elif isinstance(fact.value, tuple) and not fact.unknown:
            changes[name] = Fact(section=fact.section, partial="cut", value=fact.value[:-1])
    return msgspec.structs.replace(host, **changes)


machines = st.tuples(st.sampled_from(EXAMPLES), st.sampled_from(EXAMPLES)).map(
    lambda two: (
        ordinary.host({**two[0].host, **two[1].host}),
        ordinary.workload({**two[0].workload, **two[1].workload}),
    )
)
hidings = st.dictionaries(st.sampled_from(FACTS), st.sampled_from(["unknown", "partial"]))


@settings(deadline=None)
@given(machines, st.randoms(use_true_random=False))
def test_order_never_matters(machine, random):
    shuffled = list(RULES.rules)
    random.shuffle(shuffled)
    other = RuleSet(tuple(shuffled), RULES.sha256)
    expected = judge(RULES, *machine, ordinary.AS_OF)
    assert judge(other, *machine, ordinary.AS_OF) == expected


@settings(deadline=None)
@given(machines, hidings)
def test_hiding_facts_never_makes_a_verdict_milder(machine, hidden):
    host, workload = machine
    before = judge(RULES, host, workload, ordinary.AS_OF)
    after = judge(RULES, hide(host, hidden), workload, ordinary.AS_OF)
    assert SEVERITY[after.outcome] >= SEVERITY[before.outcome]


@settings(deadline=None)
@given(machines, st.sampled_from(RULES.rules))
def test_another_rule_never_makes_a_verdict_milder(machine, added):
    fewer = RuleSet(tuple(r for r in RULES.rules if r is not added), "")
    before = judge(fewer, *machine, ordinary.AS_OF)
    after = judge(RULES, *machine, ordinary.AS_OF)
    assert SEVERITY[after.outcome] >= SEVERITY[before.outcome]
    if before.outcome == "stay-vm":
        assert after.outcome == "stay-vm"


BLOCKING: dict[str, object] = {
    "usb": UsbDevice("0529", "0001", "SafeNet HASP HL"),
    "pci": PciDevice("06:10.0", "030200", "10de", "1eb8"),
    "modules": Module("dahdi", out_of_tree=True),
    "open_files": OpenFile(100, "/dev/ttyUSB0"),
    "kernel_cmdline": "isolcpus=2-3",
}
"""Of each fact an entry that keeps whatever is known of it on a virtual machine."""


@settings(deadline=None)
@given(machines, st.sampled_from(sorted(BLOCKING)))
def test_a_blocking_fact_never_makes_a_verdict_milder(machine, name):
    host, workload = machine
    fact = getattr(host, name)
    if fact.value is None:
        fact = Fact(section=fact.section, value=())
    more = msgspec.structs.replace(fact, value=(*fact.value, BLOCKING[name]))
    before = judge(RULES, host, workload, ordinary.AS_OF)
    after = judge(RULES, msgspec.structs.replace(host, **{name: more}), workload, ordinary.AS_OF)
    assert SEVERITY[after.outcome] >= SEVERITY[before.outcome]


def test_each_blocking_fact_blocks():
    for name, entry in BLOCKING.items():
        host = ordinary.host({})
        host = msgspec.structs.replace(host, **{name: Fact(section=name, value=(entry,))})
        verdict = judge(RULES, host, ordinary.workload({}), ordinary.AS_OF)
        assert verdict.outcome == "stay-vm", name


UNPRIVILEGED = {"partial": "not root: own processes only", "value": []}


@pytest.mark.parametrize(
    ("host", "workload", "outcome", "leaning"),
    [
        ({}, {}, "container", None),
        ({"groups": ["webservers", "edge"]}, {"traits": ["web"]}, "container", None),
        (
            {"groups": ["databases"]},
            {"volumes": [{"name": "d", "path": "/srv/pgdata", "kind": "data", "reason": "r"}]},
            "container-with-changes",
            None,
        ),
        ({"groups": ["pci", "edge"]}, {"traits": ["kernel-service"]}, "stay-vm", None),
        (
            {"login": {"user": "plain", "uid": 1000}, "open_files": UNPRIVILEGED},
            {},
            "insufficient-data",
            "container-with-changes",
        ),
        ({"open_files": UNPRIVILEGED, "groups": ["pci"]}, {}, "stay-vm", None),
        ({}, {"state": "stopped", "pids": []}, "insufficient-data", "container"),
    ],
)
def test_verdicts(host, workload, outcome, leaning):
    verdict = judge(RULES, ordinary.host(host), ordinary.workload(workload), ordinary.AS_OF)
    assert (verdict.outcome, verdict.leaning) == (outcome, leaning)
    assert verdict.why.endswith(".")
    assert bool(verdict.looks) == bool(verdict.unchecked)


def test_looks_say_how():
    host = ordinary.host({"login": {"user": "plain", "uid": 1000}, "open_files": UNPRIVILEGED})
    workload = ordinary.workload({"command": []})
    assert judge(RULES, host, workload, ordinary.AS_OF).looks == (
        "Look again as root (-b), to see: open_files.",
        "Ask the owner: which foreground command starts it.",
    )


def test_time_is_an_input():
    host, workload = ordinary.host({}), ordinary.workload({})
    assert judge(RULES, host, workload, "2026-08-22T00:00:00Z").outcome == "container"
    late = judge(RULES, host, workload, "2031-08-22T00:00:00Z")
    assert [f.rule for f in late.findings if f.effect == "adapt"] == ["os-past-support"]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["container", "container-with-changes"], "move"),
        (["container", "stay-vm"], "split"),
        (["stay-vm", "stay-vm"], "stay"),
        (["container", "insufficient-data"], "insufficient-data"),
        (["stay-vm", "insufficient-data"], "insufficient-data"),
        ([], "empty"),
    ],
)
def test_roll_up(outcomes, expected):
    outcome, why = roll_up(ordinary.host({}), [Verdict(o) for o in outcomes])
    assert outcome == expected
    assert why.endswith(".")


@pytest.mark.parametrize("fact", ["processes", "units", "listeners"])
def test_nothing_seen_is_not_empty(fact):
    assert roll_up(ordinary.host({fact: "unknown"}), [])[0] == "insufficient-data"
    assert roll_up(ordinary.host({fact: {"partial": "cut"}}), [])[0] == "insufficient-data"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"os": {"id": "freebsd", "system": "freebsd", "name": "FreeBSD 13.2"}}, "stay"),
        ({"groups": ["shop_dmz"]}, "stay"),
        ({}, None),
    ],
)
@pytest.mark.parametrize("processes", ["unknown", []])
def test_the_machine_alone_decides_where_no_workload_was_found(facts, expected, processes):
    host = ordinary.host({**facts, "processes": processes})
    alone = judge_host(RULES, host, ordinary.AS_OF)
    outcome, why = roll_up(host, [], alone)
    assert outcome == (expected or ("insufficient-data" if processes == "unknown" else "empty"))
    assert ("the machine itself stays" in why) is bool(expected)
    scopes = {rule.id: rule.source.scope for rule in RULES.rules}
    assert {scopes[f.rule] for f in (*alone.findings, *alone.unchecked)} <= {"host", "machine"}


ROUTER = {
    "addresses": ["192.0.2.10/24", "192.168.1.1/24", "172.17.0.1/16"],
    "engines": {"engines": [{"name": "docker", "running": True}]},
    "firewall": {
        "forwarding": ["ipv4"],
        "filters": [
            {
                "kind": "iptables",
                "source": "kernel",
                "active": True,
                "text": "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\n"
                "-A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE\n",
            }
        ],
    },
}


def test_a_router_stays_and_gives_up_what_runs_beside_it():
    host, web = ordinary.host(ROUTER), ordinary.workload({"traits": ["web"]})
    verdict = judge(RULES, host, web, ordinary.AS_OF)
    assert verdict.outcome == "container"
    outcome, why = roll_up(host, [verdict], judge_host(RULES, host, ordinary.AS_OF))
    assert outcome == "split"
    assert "192.168.1.0/24 -o eth0 -j MASQUERADE" in why
    kept = judge(RULES, host, ordinary.workload({"traits": ["kernel-service"]}), ordinary.AS_OF)
    assert roll_up(host, [kept], judge_host(RULES, host, ordinary.AS_OF))[0] == "stay"
    assert roll_up(host, [], judge_host(RULES, host, ordinary.AS_OF))[0] == "stay"


@pytest.mark.parametrize(
    "engines",
    [
        {"guests": [{"kind": "nspawn", "name": "web", "running": True}]},
        {"guests": [{"kind": "lxc", "name": "build"}]},
        {"guests": [{"kind": "libvirt", "name": "old"}]},
    ],
)
def test_a_machine_with_guests_stays_and_gives_up_what_runs_beside_them(engines):
    host, web = ordinary.host({"engines": engines}), ordinary.workload({})
    verdict, alone = (
        judge(RULES, host, web, ordinary.AS_OF),
        judge_host(RULES, host, ordinary.AS_OF),
    )
    assert verdict.outcome == "container"
    assert roll_up(host, [verdict], alone)[0] == "split"
    assert roll_up(host, [], alone)[0] == "stay"


@pytest.mark.parametrize("fact", ["firewall", "engines", "addresses"])
def test_a_machine_that_may_route_never_moves_as_a_whole(fact):
    host, web = ordinary.host({**ROUTER, fact: "unknown"}), ordinary.workload({"traits": ["web"]})
    alone = judge_host(RULES, host, ordinary.AS_OF)
    verdict = judge(RULES, ordinary.host(ROUTER), web, ordinary.AS_OF)
    assert roll_up(host, [verdict], alone)[0] in ("split", "insufficient-data")


@pytest.mark.parametrize("status", ["unreachable", "failed"])
def test_no_verdict_without_a_look(status):
    outcome, why = roll_up(ordinary.host({"status": status, "reason": "timed out"}), [])
    assert outcome is None
    assert "timed out" in why


@pytest.mark.parametrize(
    ("os", "last"),
    [
        (OS("debian", "12"), "2028-06-30"),
        (OS("debian", "", "trixie"), "2030-06-30"),
        (OS("debian", "", "sid"), None),
        (OS("ubuntu", "22.04"), "2032-04-09"),
        (OS("alpine", "3.19.1"), "2025-11-01"),
        (OS("centos", "7", name="CentOS Linux 7"), "2024-06-30"),
        (OS("centos", "9", name="CentOS Stream 9"), "2027-05-31"),
        (OS("rhel", "8.10"), "2033-05-31"),
        (OS("freebsd", "14.1-RELEASE-p5", system="freebsd"), "2025-03-31"),
        (OS("windows", "6.3", name="Windows Server 2012 R2", system="windows"), "2026-10-13"),
        (OS("nothing", "1"), None),
    ],
    ids=lambda v: v.id + v.version if isinstance(v, OS) else str(v),
)
def test_lifecycle(os, last):
    found = lifecycle(os)
    assert (found.last if found else None) == last


def test_lifecycle_of_runtimes():
    assert (found := runtime("postgresql", "15.13"))
    assert found.eol == "2027-11-11"
    assert runtime("postgresql", "") is None
    assert runtime("nothing", "1.0") is None


def test_every_filter_and_test_is_deterministic_data():
    assert "random" not in ENVIRONMENT.filters
    assert set(ENVIRONMENT.globals) == {"unsure"}


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_rules_as_json_say_what_they_are():
    rows = {row["id"]: row for row in json.loads(run("rules", "list", "--format", "json"))}
    for rule in RULES.rules:
        row, source = rows[rule.id], rule.source
        assert row == {
            "id": rule.id,
            "title": source.title,
            "axis": source.axis,
            "scope": source.scope,
            "effect": source.effect,
            "effort": source.effort,
            "guidance": list(source.guidance),
            "needs": list(rule.needs),
            "covers": list(source.covers),
            "limits": source.limits,
            "alternative": source.alternative and msgspec.to_builtins(source.alternative),
        }


def test_a_table_of_rules_has_a_line_for_each():
    lines = run("rules", "list").splitlines()
    assert {line.split()[0] for line in lines if not line.startswith(" ")} >= {
        rule.id for rule in RULES.rules
    }


def test_a_rule_is_shown_with_the_words_of_what_it_applies_and_covers():
    shown = run("rules", "show", "other-architecture").splitlines()
    assert shown[0] == f"# V1: {GUIDANCE['V1']}"
    assert "# google:A1N-HRD-3: The processor is an ARM one." in shown
    assert "\n".join(shown) + "\n" == (
        "".join(f"{line}\n" for line in shown if line.startswith("# "))
        + TEXTS["other-architecture.yaml"]
    )
    with pytest.raises(InputError, match="no rule 'nope'"):
        run("rules", "show", "nope")


def test_rules_are_tried_and_counted(tmp_path: Path):
    (tmp_path / "sample.yaml").write_text(RULE)
    assert run("rules", "test", str(tmp_path)) == "1 rules, 3 examples tried, 0 failed\n"
    (tmp_path / "sample.yaml").write_text(RULE.replace("id: rocky", "id: debian"))
    result = CliRunner().invoke(cli.app, ["rules", "test", str(tmp_path)])
    assert result.exit_code == 1
    assert "sample.yaml:13: example under 'silent' fires" in result.output
    assert result.output.endswith("1 rules, 3 examples tried, 1 failed\n")
    with pytest.raises(InputError, match="no rules"):
        run("rules", "test", str(tmp_path / ".."))


@pytest.mark.parametrize("subject", ["plan", "snapshot", "rule"])
def test_schemas(subject):
    assert "$defs" in json.loads(run("schema", subject))


def test_explain(tmp_path: Path):
    host = ordinary.host({"groups": ["pci"], "open_files": UNPRIVILEGED})
    workload = msgspec.structs.replace(ordinary.workload({}), title="\x1b[2J")
    verdict = judge(RULES, host, workload, ordinary.AS_OF)
    planned = WorkloadPlan(workload, verdict)
    outcome, why = roll_up(host, [verdict])
    machine = HostPlan(
        "example", "example", "seen", "captured", "", outcome=outcome, why=why, workloads=(planned,)
    )
    plan = Plan(PLAN_SCHEMA, "0", ordinary.AS_OF, "2026-08-22", "", (machine,))
    (tmp_path / "plan.json").write_bytes(store.encode(plan))
    one = run("explain", "example/service", "--plan", str(tmp_path))
    assert one.startswith("example/service: stay-vm\n  Risk in a container: ")
    assert f"V5: {GUIDANCE['V5']}" in one
    assert "seen in inventory: host.groups = " in one
    assert "not checked, since open_files: not root: own processes only" in one
    assert "isolation-demand: Keep the virtual machine" in one
    whole = run("explain", "example", "--plan", str(tmp_path))
    assert whole == f"example: stay\n  {why}\n\n{one}"
    assert "\x1b" not in whole
    with pytest.raises(InputError, match="example/nope: not in the plan; there are example/serv"):
        run("explain", "example/nope", "--plan", str(tmp_path))
