"""Text of what guards the machine: accounts, logins, directory, confinement, audit, filters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.judgement.kit import base, form
from tests.judgement.kit.draft import Draft, Package
from tests.judgement.kit.form import wrong

KEYS = frozenset(
    form.named("selinux confinement firewall directory people sshd audit accounts user_groups")
)
_LOCKDOWN = ("none", "integrity", "confidentiality")
_TARGETS = {"masquerade": "-A POSTROUTING -o eth0 -j MASQUERADE",
            "snat": "-A POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.1",
            "dnat": "-A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.99.0.2:80",
            "redirect": "-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080"}  # fmt: skip


def lay(draft: Draft, told: dict[str, Any]) -> None:
    """Accounts and people, before anything names them."""
    for name, one in form.table(told.get("accounts"), "accounts").items():
        entry = one if isinstance(one, dict) else {"uid": one}
        entry = form.table(entry, f"accounts.{name}", ("uid", "gid", "home", "shell"))
        uid = form.number(entry.get("uid", 1500), f"accounts.{name}.uid")
        gid = form.number(entry.get("gid", uid), f"accounts.{name}.gid")
        if all(gid != known for known, _ in draft.groups.values()):
            draft.groups[name] = (gid, [])
        home = form.path(entry.get("home", f"/var/lib/{name}"), f"accounts.{name}.home")
        shell = form.path(entry.get("shell", "/usr/sbin/nologin"), f"accounts.{name}.shell")
        draft.accounts[name] = (uid, gid, home, shell)
    for number, (name, one) in enumerate(form.table(told.get("people"), "people").items()):
        entry = form.table(one, f"people.{name}", ("admin", "days", "sessions", "keys"))
        draft.groups[name] = (1000 + number, [])
        draft.accounts[name] = (1000 + number, 1000 + number, f"/home/{name}", "/bin/bash")
        if form.flag(entry.get("admin", False), f"people.{name}.admin"):
            draft.groups[_admins(draft)][1].append(name)
    login = _login(told)
    if login and login not in draft.accounts:
        draft.groups[login] = (2000, [])
        draft.accounts[login] = (2000, 2000, f"/home/{login}", "/bin/bash")
    for group, members in form.table(told.get("user_groups"), "user_groups").items():
        draft.group(group)
        draft.groups[group][1].extend(form.texts(members, f"user_groups.{group}"))
    if form.items(told.get("audit"), "audit"):
        draft.package(Package("auditd" if draft.system.debian else "audit", "3.0-2"))
        owner = "auditd" if draft.system.debian else "audit"
        base.daemon(draft, "auditd", ["/sbin/auditd"], 640, owner)


def _login(told: dict[str, Any]) -> str:
    """Who looked, where that was not root."""
    look = told.get("look")
    return form.text(look["user"], "look.user") if isinstance(look, dict) and "user" in look else ""


def _admins(draft: Draft) -> str:
    return "sudo" if draft.system.debian else "wheel"


def sections(draft: Draft, told: dict[str, Any]) -> dict[str, str]:
    users = [f"{n}:{u}:{g}:{h}:{s}\n" for n, (u, g, h, s) in draft.accounts.items()]
    groups = [f"{n}:{g}:{','.join(m)}\n" for n, (g, m) in draft.groups.items()]
    selinux = form.one_of(told.get("selinux", draft.system.selinux), "selinux",
                          ("enforcing", "permissive", "disabled", "absent"))  # fmt: skip
    rules = form.texts(told.get("audit"), "audit")
    installed = int(bool(rules))
    return {
        "passwd": "".join(users),
        "group": "".join(groups),
        "selinux": f"{selinux}\n",
        "confinement": _confinement(draft, told, selinux),
        "audit": f"running\t{installed}\ninstalled\t{installed}\n"
        + "".join(f"rule\t{rule}\n" for rule in rules),
        "firewall": _firewall(told),
        "directory": _directory(told),
        "logins": _logins(draft, told),
    }


def _confinement(draft: Draft, told: dict[str, Any], selinux: str) -> str:
    keys = ("selinux_type", "mls", "profiles", "lockdown", "secure_boot", "crypto_policy",
            "ima", "evm")  # fmt: skip
    entry = form.table(told.get("confinement"), "confinement", keys)
    apparmor = draft.system.debian or "suse" in draft.system.release
    names = ["lockdown", "capability", "yama"] + (["apparmor"] if apparmor else [])
    names += ["selinux"] if selinux in ("enforcing", "permissive") else []
    lockdown = form.one_of(entry.get("lockdown", "none"), "confinement.lockdown", _LOCKDOWN)
    modes = " ".join(f"[{mode}]" if mode == lockdown else mode for mode in _LOCKDOWN)
    lines = [f"lsm\t{','.join(names)}", f"lockdown\t{modes}"]
    if apparmor:
        lines.append("apparmor\tY")
    if selinux != "absent":
        mls = int(form.flag(entry.get("mls", False), "confinement.mls"))
        kind = form.text(entry.get("selinux_type", "targeted"), "confinement.selinux_type")
        lines += [f"selinux-mls\t{mls}", f"selinux-config\t{selinux}", f"selinux-type\t{kind}"]
    boot = form.one_of(entry.get("secure_boot", "no EFI"), "confinement.secure_boot",
                       ("on", "off", "no EFI"))  # fmt: skip
    lines.append(f"secure-boot\t{ {'on': '1', 'off': '0'}.get(boot, boot) }")
    if "crypto_policy" in entry:
        lines.append(f"crypto-policy\t{form.text(entry['crypto_policy'], 'confinement')}")
    for key, value in (("ima", "812"), ("evm", "1")):
        if form.flag(entry.get(key, False), f"confinement.{key}"):
            lines.append(f"{key}\t{value}")
    for name, mode in form.table(entry.get("profiles"), "confinement.profiles").items():
        lines.append(f"profile\t{name}\t{form.text(mode, 'confinement.profiles')}")
    return "".join(f"{line}\n" for line in lines)


def _firewall(told: dict[str, Any]) -> str:
    entry = form.table(told.get("firewall"), "firewall",
                       ("forwarding", "open", "drop", "nat", "iptables", "nft"))  # fmt: skip
    forwarding = form.texts(entry.get("forwarding"), "firewall.forwarding")
    for one in forwarding:
        form.one_of(one, "firewall.forwarding", ("ipv4", "ipv6"))
    lines = [f"forward\t4\t{int('ipv4' in forwarding)}", f"forward\t6\t{int('ipv6' in forwarding)}"]
    for key in ("iptables", "nft"):
        if key in entry:
            body = form.text(entry[key], f"firewall.{key}").removesuffix("\n").split("\n")
            lines += [f"T\t{key}\tkernel\t1", *(f"|{line}" for line in body)]
    opened = form.texts(entry.get("open"), "firewall.open")
    nat = form.texts(entry.get("nat"), "firewall.nat")
    drop = form.flag(entry.get("drop", False), "firewall.drop")
    if opened or nat or drop:
        lines.append("T\tiptables\tkernel\t1")
        lines += [f"|{line}" for line in _rules(opened, nat, drop)]
    return "".join(f"{line}\n" for line in lines)


def _rules(opened: list[str], nat: list[str], drop: bool) -> list[str]:
    lines = []
    if nat:
        lines += ["*nat", ":PREROUTING ACCEPT [0:0]", ":POSTROUTING ACCEPT [0:0]"]
        lines += [_TARGETS[form.one_of(one, "firewall.nat", _TARGETS)] for one in nat]
        lines.append("COMMIT")
    policy = "DROP" if drop else "ACCEPT"
    lines += ["*filter", f":INPUT {policy} [0:0]", f":FORWARD {policy} [0:0]",
              ":OUTPUT ACCEPT [0:0]"]  # fmt: skip
    if drop:
        lines.append("-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT")
    for one in opened:
        protocol, slash, port = one.partition("/")
        if not slash or protocol not in ("tcp", "udp"):
            raise wrong("firewall.open", f"tcp/22 is expected, not {one!r}")
        lines.append(f"-A INPUT -p {protocol} -m {protocol} --dport {port} -j ACCEPT")
    return [*lines, "COMMIT"]


def _directory(told: dict[str, Any]) -> str:
    entry = form.table(told.get("directory"), "directory", ("kind", "domain", "keytab", "settings"))
    usual = "files"
    if not entry:
        return f"nss\tpasswd\t{usual}\nnss\tgroup\t{usual}\nnss\thosts\tfiles dns\n"
    kinds = ("ad", "ldap", "ipa", "winbind", "nis")
    kind = form.one_of(entry.get("kind"), "directory.kind", kinds)
    domain = form.text(entry.get("domain"), "directory.domain")
    source = {"winbind": "winbind", "nis": "nis"}.get(kind, "sss")
    lines = [f"nss\t{base_name}\tfiles {source}" for base_name in ("passwd", "group")]
    lines.append("nss\thosts\tfiles dns")
    section = f"/etc/sssd/sssd.conf\tdomain/{domain}"
    if source == "sss":
        lines.append(f"set\t/etc/sssd/sssd.conf\tsssd\tdomains\t{domain}")
        lines.append(f"set\t{section}\tid_provider\t{kind}")
        lines += {"ad": [f"set\t{section}\tad_domain\t{domain}"],
                  "ipa": [f"set\t{section}\tipa_domain\t{domain}"],
                  "ldap": [f"set\t{section}\tldap_uri\tldaps://ldap.{domain}"]}[kind]  # fmt: skip
    elif kind == "nis":
        lines.append(f"set\t/etc/yp.conf\t\tdomain\t{domain} server 10.0.0.3")
    else:
        smb = "set\t/etc/samba/smb.conf\tglobal"
        lines += [f"{smb}\tsecurity\tADS", f"{smb}\trealm\t{domain.upper()}"]
        lines.append("machine-account\t/var/lib/samba/private/secrets.tdb")
    for key, value in form.table(entry.get("settings"), "directory.settings").items():
        lines.append(f"set\t{section}\t{key}\t{form.text(value, 'directory.settings')}")
    if kind in ("ad", "ipa", "winbind"):
        lines.append(f"set\t/etc/krb5.conf\tlibdefaults\tdefault_realm\t{domain.upper()}")
    if form.flag(entry.get("keytab", kind in ("ad", "ipa")), "directory.keytab"):
        lines.append("keytab\t/etc/krb5.keytab")
    return "".join(f"{line}\n" for line in lines)


def _logins(draft: Draft, told: dict[str, Any]) -> str:
    today = datetime.fromtimestamp(draft.now, UTC).date()
    start = today - timedelta(days=31)
    lines = [
        f"today\t{today}",
        f"since\t{start}",
        "account\troot\t0",
        "keys\troot\t1",
        "sshd\t\tusepam\tyes",
        "sshd\t\tpasswordauthentication\tno",
    ]
    for name, one in form.table(told.get("people"), "people").items():
        entry = form.table(one, f"people.{name}")
        counts = {k: form.number(entry.get(k, 0), f"people.{name}.{k}")
                  for k in ("days", "sessions", "keys")}  # fmt: skip
        lines.append(f"account\t{name}\t{draft.accounts[name][0]}")
        if entry.get("admin"):
            lines.append(f"admin\t{name}\t{_admins(draft)}")
        if counts["keys"]:
            lines.append(f"keys\t{name}\t{counts['keys']}")
        if counts["days"]:
            last = today - timedelta(days=1)
            lines.append(f"seen\t{name}\t{last}\t{counts['days']}\t{counts['days'] * 2}")
        if counts["sessions"]:
            lines.append(f"now\t{name}\t{counts['sessions']}")
    login = _login(told)
    if login and f"account\t{login}\t" not in "\n".join(lines):
        lines.append(f"account\t{login}\t{draft.accounts[login][0]}")
    for key, value in form.table(told.get("sshd"), "sshd").items():
        name, _, match = key.partition("@")
        lines.append(f"sshd\t{match}\t{name.lower()}\t{form.text(value, f'sshd.{key}')}")
    return "".join(f"{line}\n" for line in lines)
