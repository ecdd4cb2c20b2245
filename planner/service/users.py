"""Whose machine it is: people who work there, tenants, users of a directory.

As in :mod:`planner.service.guarded`, each function gives a fact of its own.
"""

from __future__ import annotations

import re

from planner.facts.section import mapped
from planner.facts.text import joined
from planner.model import Account, DirectoryMembership, Fact, Host, Workload

_AUTOMATION = re.compile(
    r"root|ansible|vagrant|(ec2|cloud|azure|packer|deploy|backup|svc|service|monitor)([-_]?\w*)?"
    r"|ubuntu|debian|centos|rocky|almalinux|fedora|opc|admin|core|provision\w*|puppet|rundeck|awx"
    r"|jenkins|gitlab-runner|git|nagios|icinga|zabbix|prometheus|rsync|borg\w*|veeam\w*|ops|postgres"
    r"|oracle|mysql|tomcat|www-data|nginx"
)
_DYNAMIC = range(61184, 65520)
"""Numbers that systemd gives to services with DynamicUser=."""
_CLIENTS = {"sssd", "sssd_be", "winbindd", "nslcd", "nscd", "ypbind", "adclient", "vasd"}
"""Programs that bring users of a directory."""
_DAYS = 2
"""Days of logins after which an account is one that somebody works with."""
_FEW = 3
_REMOTE = ("sss", "ldap", "winbind", "nis", "nisplus")
_SETTINGS = ("sssd.conf", "yp.conf", "ldap.conf", "nslcd.conf")


def people(host: Host) -> Fact[tuple[str, ...]]:
    """Accounts that log in to work there: not those of administrators and of automation, and not
    those that came once. Where no such account could log in, that is known without a record.
    """
    told = host.logins
    if told.value is None:
        nobody = host.accounts.value is not None and not host.accounts.partial
        nobody = nobody and not any(works(a) for a in host.accounts.value or ())
        alone = nobody and _no_directory(host)
        return Fact(told.section, ()) if alone else Fact(told.section, unknown=told.unknown)
    logins = told.value
    apart = set(logins.admins)

    def person(name: str) -> bool:
        return name not in apart and not _AUTOMATION.fullmatch(name)

    came = tuple(s.account for s in logins.seen if s.days >= _DAYS and person(s.account))
    could = any(person(name) for name in logins.accounts) or not _no_directory(host)
    return Fact(told.section, tuple(sorted(came)), partial=told.partial if could else "")


def visitors(host: Host) -> Fact[tuple[str, ...]]:
    """As :func:`people`, with administrators. Up to :data:`_FEW` accounts that could log in are
    what any machine has, and known to be no more without a record.
    """
    told = host.logins
    if told.value is None:
        return people(host)
    came = [s.account for s in told.value.seen if s.days >= _DAYS]
    could = [a for a in told.value.accounts if not _AUTOMATION.fullmatch(a)]
    few = len(could) <= _FEW and _no_directory(host)
    found = tuple(sorted(a for a in came if not _AUTOMATION.fullmatch(a)))
    return Fact(told.section, found, partial="" if few else told.partial)


def works(account: Account) -> bool:
    """Whether it may be somebody's who works there."""
    shell = account.shell.rpartition("/")[2] not in ("nologin", "false", "sync", "")
    return 1000 <= account.uid < _DYNAMIC[0] and shell and not _AUTOMATION.fullmatch(account.name)


def of_a_person(uid: int) -> bool:
    """Whether a number may be that of a directory's user."""
    return uid >= 1000 and uid not in _DYNAMIC


def _no_directory(host: Host) -> bool:
    """Whether it is sure that users come from /etc/passwd alone."""
    if host.directory.value is not None:
        member = joined_to(host)
        return not member.value and not member.partial
    running = programs(host)
    return running.value is not None and not running.partial and not _CLIENTS & set(running.value)


def programs(host: Host) -> Fact[tuple[str, ...]]:
    """Names of the programs that run, as the kernel has them: at most 15 characters. They are
    known of everybody's processes, unless /proc hides them.
    """
    hidden = re.search("hides|time limit", host.processes.partial)
    told = mapped(host.processes, lambda found: tuple(sorted({p.comm for p in found if p.comm})))
    return Fact(told.section, told.value, told.unknown, told.partial if hidden else "")


def service_users(host: Host) -> Fact[tuple[str, ...]]:
    """Accounts of people (from 1000 on) as which something runs without a login of theirs."""
    running, accounts = host.processes, host.accounts
    if running.value is None or accounts.value is None:
        lacking = running if running.value is None else accounts
        return Fact(lacking.section, unknown=lacking.unknown)
    uids = {
        p.uid
        for p in running.value
        if not p.unit.startswith(("session-", "user@")) and "/user.slice/" not in p.cgroup
    }
    found = {a.name for a in accounts.value if a.uid in uids and 1000 <= a.uid < _DYNAMIC[0]}
    hidden = running.partial if re.search("hides|time limit", running.partial) else ""
    return Fact(running.section, tuple(sorted(found)), partial=joined(hidden, accounts.partial))


def tenants(host: Host) -> Fact[tuple[str, ...]]:
    """People (:func:`people`) of whom something runs without a login of theirs."""
    users, own = service_users(host), people(host)
    if users.value is None or own.value is None:
        return users if users.value is None else own
    found = tuple(name for name in own.value if name in users.value)
    return Fact(own.section, found, partial=joined(own.partial, users.partial))


def joined_to(host: Host) -> Fact[tuple[str, ...]]:
    """Domains from which the machine takes its users; ``unnamed`` for one without a name.

    A line of nsswitch.conf or krb5.conf alone is what distributions ship and no membership.
    """

    def domains(member: DirectoryMembership) -> tuple[str, ...]:
        asks = set(_REMOTE) & set(member.sources.get("passwd", ()))
        held = member.keytab or member.machine_account
        set_up = held or any(s.file.endswith(_SETTINGS) for s in member.settings)
        return (member.domains or ("unnamed",)) if asks and set_up else ()

    found = mapped(host.directory, domains)
    # Without nsswitch.conf the C library reads /etc/passwd alone.
    plain = "no /etc/nsswitch.conf" in found.partial and not found.value
    return Fact(found.section, found.value) if plain else found


def strangers(host: Host, workload: Workload) -> Fact[tuple[int, ...]]:
    """Users of its processes that /etc/passwd does not know, by number."""
    running, accounts = host.processes, host.accounts
    if running.value is None or accounts.value is None:
        lacking = running if running.value is None else accounts
        return Fact(lacking.section, unknown=lacking.unknown)
    local = {a.uid for a in accounts.value} | {*_DYNAMIC}
    own = {p.uid for p in running.value if p.pid in workload.pids}
    lack = joined(running.partial, accounts.partial) if len(own) < 1 or own - local else ""
    return Fact(running.section, tuple(sorted(own - local)), partial=lack)
