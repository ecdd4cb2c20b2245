"""Users and groups that base images have below the number 100, where distributions choose them.

Only what was read at its source and what every series has: where one is missing here, the
Dockerfile asks the image for the name before it makes the account.
"""

from __future__ import annotations

import re


def _table(text: str) -> frozenset[tuple[str, int]]:
    return frozenset((name, int(number)) for name, number in re.findall(r"([\w-]+) (\d+)", text))


_USERS = {
    # base-passwd 3.6.1, passwd.master and group.master; tests/test_accounts.py sets them against
    # machines of Debian 11 to 13. Not in every series: gnats (41), _apt (42).
    "debian": _table(
        "root 0, daemon 1, bin 2, sys 3, sync 4, games 5, man 6, lp 7, mail 8, news 9, uucp 10, "
        "proxy 13, www-data 33, backup 34, list 38, irc 39"
    ),
    # passwd, group and uidgid of the package setup: sailfishos-mirror/setup, of Fedora, and
    # ydirson/rh-setup, of years before, which lacks the groups cdrom, dialout, floppy and tape.
    # What uidgid reserves besides (apache 48, tomcat 53) comes with the packages, if at all.
    "rhel": _table(
        "root 0, bin 1, daemon 2, adm 3, lp 4, sync 5, shutdown 6, halt 7, mail 8, operator 11, "
        "games 12, ftp 14"
    ),
    # alpinelinux/aports, main/alpine-baselayout/passwd and group, the oldest and the newest there.
    "alpine": _table(
        "root 0, bin 1, daemon 2, lp 4, sync 5, shutdown 6, halt 7, mail 8, news 9, uucp 10"
    ),
    # Not checked: the package system-users lies in SUSE's own build service, in parts that a base
    # image may leave out. So nothing but root is taken for granted.
    "suse": _table("root 0"),
    # archlinux/svntogit-packages, filesystem/trunk/passwd and group. Not checked: arch.conf for
    # sysusers, which makes most of them since 2017.
    "arch": _table("root 0, bin 1, daemon 2, mail 8, ftp 14, http 33"),
}
_GROUPS = {
    "debian": _table(
        "root 0, daemon 1, bin 2, sys 3, adm 4, tty 5, disk 6, lp 7, mail 8, news 9, uucp 10, "
        "man 12, proxy 13, kmem 15, dialout 20, fax 21, voice 22, cdrom 24, floppy 25, tape 26, "
        "sudo 27, audio 29, dip 30, www-data 33, backup 34, operator 37, list 38, irc 39, src 40, "
        "shadow 42, utmp 43, video 44, sasl 45, plugdev 46, staff 50, games 60"
    ),
    "rhel": _table(
        "root 0, bin 1, daemon 2, sys 3, adm 4, tty 5, disk 6, lp 7, mem 8, kmem 9, wheel 10, "
        "cdrom 11, mail 12, man 15, dialout 18, floppy 19, games 20, tape 33, video 39, ftp 50, "
        "lock 54, audio 63"
    ),
    "alpine": _table(
        "root 0, bin 1, daemon 2, sys 3, adm 4, tty 5, disk 6, lp 7, kmem 9, wheel 10, floppy 11, "
        "mail 12, news 13, uucp 14, audio 18, cdrom 19, dialout 20, tape 26, video 27, games 35, "
        "shadow 42, www-data 82"
    ),
    "suse": _table("root 0"),
    "arch": _table("root 0, sys 3, mem 8, ftp 11, mail 12, log 19, smmsp 25, http 33"),
}


def has_user(family: str, name: str, number: int) -> bool:
    """Whether a family's base images have this user with this number."""
    return number == 0 or (name, number) in _USERS.get(family, ())


def has_group(family: str, name: str, number: int) -> bool:
    """Whether a family's base images have this group with this number."""
    return number == 0 or (name, number) in _GROUPS.get(family, ())
