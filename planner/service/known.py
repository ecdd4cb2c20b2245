"""Units and jobs that are no workload: the system's own plumbing, and agents of the host.

Names are those of the units and init scripts of Debian, Ubuntu, Enterprise Linux 6 to 9, SUSE,
Alpine and FreeBSD, and of their programs where no unit stands for them. A name alone says nothing
about what listens for other machines: :mod:`planner.service.serving` is asked first. Agents stand
in catalogue/agents.yaml.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from planner.model import Agent, Host
from planner.service import catalogue
from planner.service.catalogue import Kept

_BASE = re.compile(
    # start, stop, time, console
    r"(systemd(-.*)?|init|rescue|emergency|initrd-.*|dracut-.*|plymouth.*|grub-.*|grub2-.*"
    r"|first-?boot(-complete)?|initial-setup.*|machine-id|import-state|loadmodules|readahead.*|rhel-.*"
    r"|rc[-.]local|rcS|rc|upstart-[a-z-]+-bridge|ondemand|killprocs|killall|halt|reboot|single|local|root|stop-bootlogd.*|bootlogd"
    r"|bootmisc|hwclock.*|swclock|osclock|hostname|urandom|seedrng|random-seed|vconsole-setup"
    r"|keyboard-setup|console-setup.*|setvtrace|setvtrgb|keymaps?|loadkmap|consolefont|numlock"
    r"|save-(keymaps|termencoding)|termencoding|kbd|motd.*|dmesg|screen-cleanup|x11-common"
    r"|(serial-|console-|container-)?getty(@.*|-static)?|mingetty|agetty|mgetty|uugetty|autovt@.*"
    r"|debug-shell|user@\d+|user-runtime-dir@\d+|(systemd-)?logind|elogind|(gdm3?|lightdm|sddm|xdm)"
    r"|display-manager|gpm|pcscd|rtkit-daemon|colord|accounts-daemon|power-profiles-daemon|upower"
    # the bus, rights, audit, names of users
    r"|dbus(-broker(-launch)?|-daemon)?|messagebus|polkit(d)?|PolicyKit|consolekit|haldaemon|hald.*"
    r"|udisks2|oddjobd|apparmor|selinux-.*|restorecond|sandbox|auditd|audit-rules|kauditd|sudo"
    r"|nscd|sssd.*|nslcd|gssproxy|certmonger|tcsd|trousers|fprintd|usbguard-dbus"
    # devices, disks, kernel
    r"|udev(d|adm)?|udev-(post|mount|trigger|settle|postmount)|udev-?finish|eudev|mdev|hwdrivers"
    r"|hwmon|modules|module-init-tools|kmod.*|modprobe@.*|modules-load|microcode(_ctl)?|modloop|sysfs"
    r"|procfs|devfs|devfs-mount|dev-settle|cgroups|cgconfig|cgred|binfmt(-support)?|procps|sysctl"
    r"|mount(all|devsubfs|kernfs|nfs)?.*\.sh|mountkernfs|localmount|mount-ro|netmount|fsck|checkroot.*"
    r"|swap|e2scrub.*|fstrim|lvm|lvm2(-.*)?|dm-event|dmeventd|dmraid.*|blk-availability|mdadm(-.*)?"
    r"|mdmonitor.*|mdcheck.*|cryptsetup.*|cryptdisks.*|stratisd.*|vdo|bolt|fcoe|lldpad|iprinit"
    r"|iprupdate|iprdump|nvmefc-.*|nvmf-.*|kdump.*|kexec(-load)?|irqbalance|cpuspeed|cpupower|tuned"
    r"|ksm(tuned)?|mcelog(d)?|rasdaemon|ras-mc-ctl|edac|abrt.*|apport.*|whoopsie|kerneloops|rngd"
    r"|haveged|jitterentropy.*|acpid|apmd|thermald|alsa-.*|bluetooth|cups.*|iio-sensor-proxy"
    r"|switcheroo-control|low-memory-monitor|nvidia-(persistenced|suspend|resume|hibernate|powerd)"
    r"|devd|rctl|zfs|gpu-manager|hv-.*|loopback|secureboot-db|fwupd.*|tpm-udev|tpm2-abrmd|setserial|quota(on|rpc)?"
    r"|quota_nld|psacct|acct|opentmpfiles.*|tmpfiles\..*|stateful|savecache|ldconfig|runsvdir"
    # network of the machine and its mounts
    r"|networking|network|network-interface(-.*|@.*)?|NetworkManager(-.*)?|networkd-dispatcher|wpa_supplicant(@.*)?|dhcpcd(@.*)?"
    r"|dhclient.*|udhcpc|ifup@.*|ifupdown-.*|wicked.*|netplan-.*|resolvconf.*|ModemManager|teamd@.*"
    r"|pflog(d)?|netconsole|netfs|staticroute|rdisc|ethtool|avahi-.*|llmnrd|nis-domainname|ypbind|autofs"
    r"|nfslock|rpcgssd|rpcidmapd|rpcsvcgssd|rpc\.?bind|portmap|portreserve|rpc[.-].*|nfsdcld|nfsdcltrack"
    r"|nfs-(config|utils|idmapd|mountd|client|client-.*|common|blkmap|convert)|ubuntu-fan"
    # logins, schedules, packages, first boot in a cloud
    r"|sshd?(@.*)?|sshd-.*|ssh-.*|dropbear|cron|crond|anacron|atd|fcron|dnf-.*|packagekit(d)?|apt-daily.*"
    r"|dpkg-db-backup|man-db.*|logrotate.*|mlocate.*|plocate.*|update-notifier.*|needrestart|finalrd"
    r"|rhsm(certd)?(-.*)?|rhnsd|subscription-manager|insights-.*|yum-updatesd|ua-.*|ubuntu-advantage.*"
    r"|ubuntu-pro.*|esm-cache|pollinate|popularity-contest|cloud-(init.*|config|final|setup)"
    r"|growroot.*|ec2-.*|google-(oslogin|startup|shutdown).*|lxd-(agent|installer).*|snap\.mount"
    r"|rsync-.*\.tmp|rpmconf.*|rebuildldconf|wtmpdb-.*|uuidd|geoclue|libstoragemgmt)"
)
FILTER = re.compile(
    r"nftables|firewalld|ufw|ip6?tables|netfilter-persistent|shorewall6?|ferm|ipset|pf"
)
"""Packet filters: of the host, unless the machine forwards for others."""
_EXPORTER = re.compile(r"[a-z0-9_-]+[-_]exporter")
_DISPLAY = re.compile(r"gdm3?|lightdm|sddm|[xkw]dm|lxdm|slim|display-manager")
_DESKTOP = re.compile(
    r"gnome-session(-binary|-b)?|gnome-shell|xfce4-session|startplasma-.*|plasmashell|plasma_session"
    r"|mate-session|cinnamon-session.*|lxsession|lxqt-session|budgie-.*|i3|sway|openbox|fluxbox|icewm"
)
_ORDINARY = range(1000, 65534)
"""Ids of people; those below are of programs, such as the greeter of a display manager."""
_JOBS = re.compile(
    r"apt(-compat)?|dpkg|logrotate|man-db.*|makewhatis(\.cron)?|e2scrub(_all)?|fstrim|passwd|standard"
    r"|bsdmainutils|update-notifier-common|apport|mlocate(\.cron)?|plocate|locate|sysstat|mdadm"
    r"|mdcheck.*|raid-check|0anacron|0hourly|anacron|dailyjobs|exim4-base|aptitude|cracklib-runtime"
    r"|ntp|ntpsec|quota|tmpwatch|readahead(\.cron)?|prelink|yum.*|0yum.*|dnf.*|zfsutils-linux|rhsmd"
    r"|systemd-.*|dpkg-db-backup|apt-daily.*|motd-news|fwupd-refresh|snapd\..*|ua-.*|apport-.*|cups"
    r"|update-notifier-.*|plocate-updatedb|mlocate-updatedb|unbound-anchor|esm-cache|btrfs.*|tmpreaper"
    r"|chkrootkit|debsums|calendar|spamassassin-maintain|rwhod|\.placeholder|insserv|samba"
    r"|popularity-contest|xfs_scrub_all|abrt.*|certwatch|mcelog(\.cron)?|lvm2-.*|rpmconf.*|insights-.*"
)
_UPKEEP = frozenset(
    {"run-parts", "anacron", "newsyslog", "periodic", "adjkerntz", "save-entropy", "atrun"}
)
"""Programs that the crontab of a system itself runs: cron's own, and those of FreeBSD."""


def is_base(name: str) -> bool:
    """Whether a unit (without ``.service``) is the operating system's own plumbing."""
    return _BASE.fullmatch(name) is not None


def agent(name: str, unit: str) -> Agent | None:
    """Agent of the host by the name of its unit, or None."""
    return _agent(name, unit, lambda entry, low: entry.names.any(low) or entry.units.any(low))


def agent_by_program(names: Iterable[str]) -> Agent | None:
    """Agent by the first name, in order, that is one's program."""
    found = (
        _agent(name, "", lambda entry, low: entry.names.any(low) or entry.programs.any(low))
        for name in sorted(names)
    )
    return next((one for one in found if one), None)


def agent_by_package(names: Iterable[str], unit: str, called: str) -> Agent | None:
    """Agent by the package that its program or unit is of, listed as ``called``."""
    found = (
        _agent(name, unit, lambda entry, low: entry.names.any(low) or entry.packages.any(low))
        for name in sorted(names)
    )
    return next((replace(one, name=called) for one in found if one), None)


def is_exporter(name: str) -> bool:
    """Whether something is named as those are that only tell Prometheus of another program."""
    return _EXPORTER.fullmatch(name) is not None


def is_display_manager(name: str) -> bool:
    """Whether a unit or program shows the logins of a desktop."""
    return _DISPLAY.fullmatch(name) is not None


def has_desktop(host: Host) -> bool:
    """Whether somebody works at a desktop of the machine; a greeter is nobody."""
    return any(
        p.uid in _ORDINARY and _DESKTOP.fullmatch(posixpath.basename(p.exe) or p.comm)
        for p in host.processes.value or ()
    )


def _agent(name: str, unit: str, matches: Callable[[Kept, frozenset[str]], bool]) -> Agent | None:
    low = frozenset({name.lower()})
    for entry in catalogue.agents():
        if matches(entry, low) and not entry.other.any(low):
            return Agent(name, unit, entry.purpose, entry.fate)
    return None


def is_filter(name: str) -> bool:
    """Whether a unit is a packet filter."""
    return FILTER.fullmatch(name) is not None


def is_system_job(name: str) -> bool:
    """Whether a timer (without ``.timer``) or a file of cron is the distribution's own upkeep."""
    return _JOBS.fullmatch(name) is not None


def is_upkeep(program: str) -> bool:
    """Whether a program, by its base name, is what a system's own crontab runs."""
    return program in _UPKEEP
