"""How a machine was looked at: as root, as somebody else, not at all, or by facts of ``setup``."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from planner import facts
from planner.facts.typed import told as typed_value
from planner.gather.look import COLLECTOR
from planner.model import Fact, Login, Section, Snapshot, Typed
from tests.judgement.kit import form
from tests.judgement.kit.draft import Draft
from tests.judgement.kit.form import wrong

_THIN = form.named(
    "machine_id hostname os kernel kernel_cmdline virtualization container init cpus memory dmi "
    "processor mounts space addresses selinux fips timezone"
)
_NOT_ROOT = {
    "processes": "programs, folders, environments and open files are known for own processes only",
    "mapped": "mapped files are known for own processes only",
    "listeners": "which process a socket belongs to is known for own processes only",
    "connections": "which process a connection belongs to is known for own processes only",
    "unix-sockets": "which process a UNIX socket belongs to is known for own processes only",
    "cron": "crontabs of other users cannot be read",
    "files": "files that only root may read were not read",
    "unowned": "programs of others that run, and those in closed folders, were not seen",
    "altered": "programs of others that run were not compared",
    "paths": "paths in folders of others cannot be seen",
    "virtualenvs": "virtual environments in folders of others cannot be seen",
    "runtimes": "runtimes in closed folders of others cannot be seen",
    "applications": "applications in folders of others cannot be seen",
    "certificates": "certificates in closed folders cannot be seen",
    "devices": "which ttyS have hardware behind them is not told",
    "dmi": "product_uuid cannot be read",
    "init": "the program of process 1 cannot be read",
    "firewall": "rules that the kernel has now",
    "logins": "public keys in the homes of others",
    "inits": "some files with the numbers of processes cannot be read",
}
"""As the parts of the collector say it."""


def made(found: dict[str, str]) -> dict[str, Section]:
    """Sections of texts; one that begins with ``!missing`` could not be looked at."""
    return {
        name: Section("missing", reason=text.removeprefix("!missing "))
        if text.startswith("!missing ")
        else Section("ok", text)
        for name, text in found.items()
    }


def snapshot(whole: Snapshot, draft: Draft | None, look: Any) -> Snapshot:
    """The snapshot of a look that may see less than the whole."""
    if look == "root":
        return whole
    entry = form.table(look, "look", ("user", "unreachable", "failed", "setup"))
    if len(entry) != 1:
        raise wrong("look", "root, or one of user, unreachable, failed, setup is expected")
    ((kind, value),) = entry.items()
    bare = msgspec.structs.replace(whole, sections={}, typed={}, collector="")
    if kind in ("unreachable", "failed"):
        reason = form.text(value, f"look.{kind}")
        status: Any = kind
        return msgspec.structs.replace(bare, status=status, reason=reason, login=Login())
    if kind == "setup":
        return msgspec.structs.replace(bare, door="setup", login=Login(), typed=_thin(whole))
    if draft is None:
        raise wrong("look.user", "not of a fixture")
    return _not_root(whole, draft, form.text(value, "look.user"))


def _thin(whole: Snapshot) -> dict[str, Typed]:
    host = facts.read(whole)
    found: dict[str, Typed] = {}
    for name in _THIN:
        fact: Fact[Any] = getattr(host, name)
        if fact.value is not None:
            found[name] = typed_value("setup", fact.value)
    return found


def _not_root(whole: Snapshot, draft: Draft, user: str) -> Snapshot:
    uid, _ = draft.user(user, "look.user")
    sections = dict(whole.sections)
    texts = {name: one.text for name, one in sections.items()}
    own = {proc.pid for proc in draft.procs if proc.uid == uid}
    texts["processes"] = _processes(texts["processes"], own)
    texts["mapped"] = ""
    for name in ("listeners", "connections", "unix-sockets"):
        texts[name] = _sockets(texts[name], own)
    texts["files"], texts["cron"] = (_readable(texts[name], uid) for name in ("files", "cron"))
    texts["dmi"] = re.sub("product_uuid=.*\n", "", texts["dmi"])
    texts["init"] = texts["init"].partition("\n")[0] + "\n"
    texts["devices"] = re.sub("serial\tttyS.*\n", "", texts["devices"])
    texts["firewall"] = "\n".join(texts["firewall"].split("\n")[:2]) + "\n"
    texts["logins"] = re.sub(f"keys\t(?!{user}\t).*\n", "", texts["logins"])
    texts["identity"] = re.sub(
        "uid=.*\nuser=.*\nlogin=.*", f"uid={uid}\nuser={user}\nlogin={user}", texts["identity"]
    )
    reasons = dict(_NOT_ROOT)
    if "rule\t" in texts["audit"]:
        texts["audit"] = re.sub("rule\t.*\n", "", texts["audit"])
        reasons["audit"] = "rules of the audit"
    if "apparmor\tY" in texts["confinement"]:
        texts["confinement"] = re.sub("profile\t.*\n", "", texts["confinement"])
        reasons["confinement"] = "profiles of AppArmor"
    for name, section in sections.items():
        if section.state == "missing":
            continue
        reason = reasons.get(name)
        state: Any = "partial" if reason else section.state
        told = f"not root: {reason}" if reason else section.reason
        sections[name] = Section(state, texts[name], told)
    login = Login(user=user, port=22, uid=uid, root=False)
    return msgspec.structs.replace(whole, sections=sections, login=login, collector=COLLECTOR)


def _processes(text: str, own: set[int]) -> str:
    lines, mine = [], True
    for line in text.split("\n"):
        key = line.partition(" ")[0]
        if key == "P":
            mine = int(line[2:]) in own
        if mine or key not in ("exe", "cwd", "e", "w", "r", "ns"):
            lines.append(line)
        elif key in ("exe", "cwd"):
            lines.append(f"{key} ")
    return "\n".join(lines)


def _sockets(text: str, own: set[int]) -> str:
    def kept(line: str) -> str:
        pids = {int(pid) for pid in re.findall(r"pid=(\d+)", line)}
        return line if pids and pids <= own else re.sub(r" users:\(.*\)", "", line)

    return "\n".join(kept(line) for line in text.split("\n"))


def _readable(text: str, uid: int) -> str:
    """Files of many that everybody or this user may read."""
    lines, open_to = [], False
    for line in text.split("\n"):
        if line.startswith("F\t"):
            _, _, mode, owner, *_ = line.split("\t")
            open_to = int(mode[-1]) & 4 > 0 or int(owner) == uid
        if open_to or not line:
            lines.append(line)
    return "\n".join(lines)
