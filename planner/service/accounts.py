"""Who runs a service, by the machine's numeric ids."""

from __future__ import annotations

from planner.model import Account, Group, Host, Owner
from planner.service.view import Service, called, setting


def by_uid(host: Host, uid: int) -> Account:
    """The account with this id; one named after the number where the machine has no name."""
    for account in host.accounts.value or ():
        if account.uid == uid:
            return account
    return Account(name=str(uid), uid=uid, gid=uid)


def by_name(host: Host, name: str) -> Account | None:
    """The account of this name or number; None: the machine has none, or it is not known."""
    for account in host.accounts.value or ():
        if account.name == name:
            return account
    return by_uid(host, int(name)) if name.isascii() and name.isdigit() else None


def groups_of(host: Host, account: Account | None) -> tuple[Group, ...]:
    """Primary and supplementary groups, by id."""
    if account is None:
        return ()
    found = {
        g.gid: g
        for g in host.user_groups.value or ()
        if g.gid == account.gid or account.name in g.members
    }
    return tuple(found[gid] for gid in sorted(found))


def of_service(service: Service) -> Account | None:
    """User of the main process, else of the unit; None: not known.

    A unit without User= runs as root. ``DynamicUser=`` has an id only while it runs.
    """
    host, main = service.host, service.main
    if main is not None:
        running = by_uid(host, main.uid)
        return _with_gid(running, main.gid) if running.name == str(main.uid) else running
    if service.unit is None or (dynamic(service) and not by_name(host, setting(service, "User"))):
        return None
    known = service.unit.directives or "User" in service.unit.properties
    name = setting(service, "User")
    if not name:
        return by_uid(host, 0) if known else None
    account = by_name(host, name)
    group = setting(service, "Group")
    for entry in host.user_groups.value or ():
        if account is not None and group in (entry.name, str(entry.gid)):
            return _with_gid(account, entry.gid)
    return account


def _with_gid(account: Account, gid: int) -> Account:
    return Account(account.name, account.uid, gid, account.home, account.shell)


def dynamic(service: Service) -> bool:
    """Whether systemd makes up the user when the service starts."""
    return setting(service, "DynamicUser").lower() in ("1", "yes", "true", "on")


_CHANGES_USER = frozenset(
    {"dovecot", "master", "postfix", "vsftpd", "proftpd", "pure-ftpd", "smbd", "sshd", "crond"}
)
"""Programs that become the user whom they serve, or start each of their parts as another one."""


def needs_root(service: Service) -> bool:
    """Whether root starts its processes under several users, which only root can."""
    uids = {p.uid for p in service.processes[1:]}
    return bool(called(service) & _CHANGES_USER) or len(uids - {0}) > 1


def of_workers(service: Service) -> Account | None:
    """The one user that its processes besides the main one run as, unless that is root."""
    uids = {p.uid for p in service.processes[1:]} - {0}
    return by_uid(service.host, uids.pop()) if uids and not needs_root(service) else None


def owned(account: Account | None, mode: str = "") -> Owner:
    """Ownership by the container's user; by root where that is root."""
    return Owner(account.uid, account.gid, mode) if account else Owner(0, 0, mode)


def stat_owner(host: Host, path: str) -> Owner:
    """Owner and mode of a path as the machine has it; root's and no mode where it was not seen."""
    info = (host.paths.value or {}).get(path)
    return Owner(info.uid, info.gid, info.mode) if info else Owner()
