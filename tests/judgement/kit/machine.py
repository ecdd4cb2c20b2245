"""A machine's file: read strictly, built into a snapshot, with the labels of its workloads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yaml

from planner.gather.look import COLLECTOR, SECTIONS
from planner.model import (
    SNAPSHOT_SCHEMA,
    Job,
    Login,
    Snapshot,
    Workload,
)  # fmt: skip
from planner.rules.context import Target
from tests.judgement.kit import (
    around,
    base,
    form,
    looks,
    overlay,
    running,
    security,
    services,
    software,
    storage,
    system,
    systems,
)  # fmt: skip
from tests.judgement.kit.draft import Draft
from tests.judgement.kit.form import WrongMachineError, wrong

OUTCOMES = ("container", "container-with-changes", "stay-vm", "insufficient-data")
MACHINE_OUTCOMES = ("move", "split", "stay", "insufficient-data", "empty", "none")
_FIRST = frozenset(
    form.named(
        "about os held_out labels machine groups variables taken_at look unseen partial sections "
        "typed guest address hostname addresses target"
    )
)
_WHOLE = frozenset(form.named("arch init services"))
KEYS = (_FIRST | _WHOLE | system.KEYS | storage.KEYS | software.KEYS | security.KEYS
        | around.KEYS)  # fmt: skip


@dataclass(frozen=True)
class Label:
    """What an engineer would decide; ``guidance``: ids of what it follows from."""

    outcome: str
    reason: str
    guidance: tuple[str, ...] = ()


@dataclass(frozen=True)
class Machine:
    name: str
    about: str
    held_out: bool
    labels: dict[str, Label]
    """By the name in the file: a service's, a unit's or a workload's."""
    outcome: Label | None
    target: Target
    """Where its containers would run; nothing said where the file does not say it."""
    snapshot: Snapshot


def load(path: Path) -> Machine:
    """Read one machine. Raises WrongMachineError: file, key and what is wrong with it."""
    try:
        told = yaml.load(path.read_text(encoding="utf-8"), _Strict)
        return _machine(path.stem, form.table(told, ""))
    except (WrongMachineError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise WrongMachineError(f"{path.name}: {error}") from None


def machines(folder: Path) -> tuple[Machine, ...]:
    return tuple(load(path) for path in sorted(folder.glob("*.yaml")))


def find(label: str, workloads: Iterable[Workload]) -> Workload | None:
    """The workload that a label means: by name, by unit, else the one that a job of that name was
    counted to (a job of nobody is ``job-<name>``).
    """
    found = tuple(workloads)
    bare = label.removesuffix(".service").removesuffix(".timer")
    ways: tuple[Callable[[Workload], Iterable[str]], ...] = (
        lambda w: (w.name,),
        lambda w: (w.unit.removesuffix(".service"),),
        lambda w: (w.name.removeprefix("job-"),),
        lambda w: [name for job in w.jobs for name in _job_names(job)],
    )
    for named in ways:
        for workload in found:
            if {label, bare} & (set(named(workload)) - {""}):
                return workload
    return None


def _job_names(job: Job) -> tuple[str, ...]:
    source = job.source.rpartition("/")[2]
    return job.name, job.name.partition(".")[0], source.removesuffix(".timer")


class _Strict(yaml.SafeLoader):
    """YAML in which a key comes once."""


def _mapping(loader: _Strict, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise wrong(str(key), "comes twice")
    return loader.construct_mapping(node, deep=True)


_Strict.add_constructor("tag:yaml.org,2002:map", _mapping)


def _machine(name: str, told: dict[str, Any]) -> Machine:
    for key in ("about", "os", "held_out"):
        if key not in told:
            raise wrong(key, "must be there")
    fixture = isinstance(told["os"], dict) and "fixture" in told["os"]
    form.table(told, "", _FIRST | {"drop"} if fixture else KEYS)
    known: set[str] = set()
    draft: Draft | None = None
    if fixture:
        whole = overlay.fixture(name, told)
    else:
        draft = _draft(name, told)
        whole = _whole(draft, told, known)
    whole = overlay.common(whole, told)
    seen = looks.snapshot(whole, draft, told.get("look", "root"))
    seen = overlay.laid(seen, told)
    outcome = _label(told["machine"], "machine", MACHINE_OUTCOMES) if "machine" in told else None
    labels = {
        key: _label(one, f"labels.{key}", OUTCOMES)
        for key, one in form.table(told.get("labels"), "labels").items()
    }
    for key in labels:
        if not fixture and key not in known and key.removesuffix(".service") not in known:
            names = ", ".join(sorted(known))
            raise wrong(f"labels.{key}", f"not on this machine, which has {names}")
    return Machine(
        name, form.text(told["about"], "about"), form.flag(told["held_out"], "held_out"),
        labels, outcome, _target(told), seen,
    )  # fmt: skip


def _target(told: dict[str, Any]) -> Target:
    given = form.table(told.get("target"), "target", Target.__struct_fields__)
    try:
        return msgspec.convert(given, Target)
    except msgspec.ValidationError as error:
        raise wrong("target", str(error)) from None


def _label(told: Any, where: str, outcomes: Iterable[str]) -> Label:
    entry = form.table(told, where, ("outcome", "reason", "guidance"))
    outcome = form.one_of(entry.get("outcome"), f"{where}.outcome", outcomes)
    reason = form.text(entry.get("reason"), f"{where}.reason")
    return Label(outcome, reason, tuple(form.texts(entry.get("guidance"), f"{where}.guidance")))


def _draft(name: str, told: dict[str, Any]) -> Draft:
    given = told["os"]
    given = given if isinstance(given, dict) else {"like": given}
    entry = form.table(given, "os", ("like", "release"))
    like = form.text(entry.get("like"), "os.like")
    its = systems.system(like, "os", form.text(entry.get("release", ""), "os.release"))
    now = form.moment(told.get("taken_at", "2026-06-01T12:00:00Z"), "taken_at")
    load_told = form.table(told.get("load"), "load")
    boot = now - form.seconds(load_told.get("uptime", "60 days"), "load.uptime")
    init = form.one_of(told.get("init", its.init), "init",
                       ("systemd", "sysvinit", "upstart", "openrc"))  # fmt: skip
    if init != its.init and (init, its.debian) != ("sysvinit", True):
        raise wrong("init", f"{like} has {its.init}")
    arch = form.one_of(told.get("arch", "x86_64"), "arch",
                       ("x86_64", "aarch64", "i686", "ppc64le", "s390x", "armv7l"))  # fmt: skip
    draft = Draft(name, its, init, now, boot, arch)
    first = form.texts(told.get("addresses", ["10.20.0.10/24"]), "addresses")[0]
    draft.own_address = first.rpartition(" ")[2].partition("/")[0]
    return draft


def _whole(draft: Draft, told: dict[str, Any], known: set[str]) -> Snapshot:
    """As root sees it; the names that a label may have go into ``known``."""
    base.lay(draft)
    security.lay(draft, told)
    software.lay(draft, told)
    engines = around.lay(draft, told)
    around.desktop(draft, told)
    before = {proc.comm for proc in draft.procs}
    services.lay(draft, told.get("services"))
    found = {
        **system.sections(draft, told),
        **storage.sections(draft, told),
        **running.sections(draft),
        **software.sections(draft, told),
        **around.sections(draft, told, engines),
        **security.sections(draft, told),
    }
    found = {**dict.fromkeys(SECTIONS, ""), **found}  # what is not written: looked, nothing there
    named = form.table(told.get("services"), "services")
    known.update(named)
    known.update(unit.rpartition(".")[0] for unit in draft.units)
    known.update(draft.scripts, before, {proc.comm for proc in draft.procs})
    known.update(_jobs(draft))
    known.update(f"listener-{p}-{port}" for p, _, port, _ in draft.listeners)
    return Snapshot(
        SNAPSHOT_SCHEMA, draft.name, "seen", system.draft_time(draft.now), "constructed",
        origin_note="written with tests/judgement/kit after an engineer's description",
        collector=COLLECTOR, address=draft.own_address,
        login=Login("root", 22, 0, root=True), sections=looks.made(found),
    )  # fmt: skip


def _jobs(draft: Draft) -> set[str]:
    """Words of the crontabs that a job may be named for."""
    names: set[str] = set()
    for path, one in draft.cron.items():
        names.add(path.rpartition("/")[2])
        for word in re.split(r"[\s;&|()]+", one.text):
            names.update((word.rpartition("/")[2], word.rpartition("/")[2].partition(".")[0]))
    return {re.sub(r"[^a-z0-9_.@-]+", "-", name.lower()) for name in names} - {""}
