"""How known daemons are kept in the foreground, from their manual pages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

Argv = tuple[str, ...]


def _with(
    *flags: str, without: Argv = (), swap: tuple[Argv, Argv] | None = None
) -> Callable[[Argv], Argv]:
    """Adds flags that lack, drops others; ``swap`` replaces one run of arguments by another."""

    def change(argv: Argv) -> Argv:
        kept = tuple(a for a in argv if a not in without)
        if swap:
            old, new = swap
            for at in range(len(kept) - len(old) + 1):
                if kept[at : at + len(old)] == old:
                    kept = (*kept[:at], *new, *kept[at + len(old) :])
                    break
        missing = flags if any(f not in kept for f in flags) else ()
        return (kept[0], *missing, *kept[1:])

    return change


FOREGROUND: dict[str, Callable[[Argv], Argv]] = {
    "apache2": _with("-DFOREGROUND", swap=(("-k", "start"), ())),
    "apachectl": _with("-DFOREGROUND", without=("start", "graceful", "restart")),
    "asterisk": _with("-f"),
    "atd": _with("-f"),
    "beanstalkd": _with(without=("-d",)),
    "bird": _with("-f"),
    "chronyd": _with("-d"),
    "clamd": _with("--foreground"),
    "collectd": _with("-f"),
    "cron": _with("-f"),
    "crond": _with("-n"),
    "cupsd": _with("-f"),
    "dhcpd": _with("-f"),
    "dnsmasq": _with("-k"),
    "dovecot": _with("-F"),
    "epmd": _with(without=("-daemon", "-systemd")),
    "exim": _with("-bdf", without=("-bd",)),
    "exim4": _with("-bdf", without=("-bd",)),
    "freeradius": _with("-f"),
    "gearmand": _with(without=("-d", "--daemon")),
    "haproxy": _with("-db", without=("-D",), swap=(("-Ws",), ("-W",))),
    "httpd": _with("-DFOREGROUND", swap=(("-k", "start"), ())),
    "icecast2": _with(without=("-b",)),
    "in.tftpd": _with("-L", without=("--listen", "-l")),
    "inetd": _with("-i"),
    "kamailio": _with("-DD"),
    "keepalived": _with("-n"),
    "lighttpd": _with("-D"),
    "lighttpd-angel": _with("-D"),
    "memcached": _with(without=("-d", "--daemon")),
    "mongod": _with(without=("--fork",)),
    "monit": _with("-I"),
    "mosquitto": _with(without=("-d", "--daemon")),
    "munin-node": _with("--foreground"),
    "nagios": _with(without=("-d", "--daemon")),
    "named": _with("-g", without=("-f",)),
    "nmbd": _with("--foreground", "--no-process-group", without=("-D", "--daemon")),
    "nrpe": _with("-f", without=("-d",)),
    "nsd": _with("-d"),
    "ntpd": _with("-n"),
    "opendkim": _with("-f"),
    "opendmarc": _with("-f"),
    "openvpn": _with(without=("--daemon",)),
    "pdns_server": _with("--daemon=no", without=("--daemon=yes", "--daemon")),
    "pgbouncer": _with(without=("-d", "--daemon")),
    "pgpool": _with("-n"),
    "postfix": _with("start-fg", without=("start",)),
    "privoxy": _with("--no-daemon"),
    "proftpd": _with("-n"),
    "prosody": _with("-F"),
    "radiusd": _with("-f"),
    "rpcbind": _with("-f"),
    "rsync": _with("--no-detach"),
    "rsyslogd": _with("-n"),
    "searchd": _with("--nodetach"),
    "slapd": _with("-d0"),
    "smbd": _with("--foreground", "--no-process-group", without=("-D", "--daemon")),
    "snmpd": _with("-f"),
    "spamd": _with(without=("-d", "--daemonize")),
    "squid": _with("--foreground"),
    "sshd": _with("-D", "-e"),
    "supervisord": _with("-n"),
    "tincd": _with("-D"),
    "tinyproxy": _with("-d"),
    "transmission-daemon": _with("-f"),
    "unbound": _with("-d", without=("-D",)),
    "varnishd": _with("-F"),
    "vsftpd": _with(),
    "xinetd": _with("-dontfork"),
    "xrdp": _with("--nodaemon"),
    "zabbix_agentd": _with("-f"),
    "zabbix_proxy": _with("-f"),
    "zabbix_server": _with("-f"),
}
"""Daemons that leave the foreground on their own, and the flags that keep them there, from their
manual pages."""


def foreground(argv: Argv) -> Argv | None:
    """``argv`` that stays in the foreground; None: the program is not in the table."""
    name = posixpath.basename(argv[0]) if argv else ""
    if re.fullmatch(r"php-fpm[0-9.]*", name):
        return _with("--nodaemonize", without=("--daemonize", "-D"))(argv)
    if name == "postmulti" or (name == "master" and "/postfix/" in argv[0]):
        return ("/usr/sbin/postfix", "start-fg")
    if name == "vsftpd":
        return (*argv, "-obackground=NO")
    change = FOREGROUND.get(name)
    return change(argv) if change else None
