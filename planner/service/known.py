"""Units and jobs that are no workload: the system's own plumbing, and agents of the host.

Names are those of the units and init scripts of Debian, Ubuntu, Enterprise Linux 6 to 9, SUSE,
Alpine and FreeBSD, and of their programs where no unit stands for them. A name alone says nothing
about what listens for other machines: :mod:`planner.service.serving` is asked first.
"""

from __future__ import annotations

import re

from planner.model import Agent

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
_AGENTS: tuple[tuple[str, str], ...] = (
    (
        r"(prometheus-)?node[_-]exporter|prometheus-[a-z-]+-exporter|[a-z]+_exporter",
        "monitoring: metrics of the host",
    ),
    (
        r"zabbix-agent2?|nagios-nrpe-server|nrpe|check[-_]mk-agent.*|cmk-agent-ctl.*|icinga2"
        r"|munin-node|collectd|telegraf|datadog-agent.*|newrelic-infra|netdata|sensu-agent"
        r"|monit|snmpd|snmptrapd|pcp|pmcd|pmlogger.*|pmie.*|sysstat.*|amazon-cloudwatch-agent"
        r"|dynatrace.*|oneagent|scollector|atop(acct)?|glances|smartd|smartmontools|cockpit.*",
        "monitoring of the host",
    ),
    (
        r"filebeat|metricbeat|auditbeat|packetbeat|fluent-bit|td-agent(-bit)?|fluentd|promtail"
        r"|vector|splunk(d|forwarder)?|r?syslog|r?syslogd|syslog-ng|sysklogd|klogd?|metalog"
        r"|journald-upload|nxlog|graylog-sidecar",
        "logs of the host",
    ),
    (
        r"qemu-guest-agent|qemu-ga|open-vm-tools|vmtoolsd|vgauthd?|VGAuthService|vboxadd.*|vmware-tools.*"
        r"|virtualbox-guest-utils|hyperv-.*|hypervkvpd|hypervvssd|hypervfcopyd|waagent|walinuxagent"
        r"|xe-(linux-distribution|daemon)|google-guest-agent|google-osconfig-agent|amazon-ssm-agent"
        r"|spice-vdagentd?|cloud-agent",
        "tools of the hypervisor or cloud",
    ),
    (
        r"chrony(d|-wait)?|ntp(d|sec|date|-wait)?|openntpd|systemd-timesyncd|ptp4l|phc2sys",
        "time of the host",
    ),
    (
        r"unattended-upgrades|snapd.*|dnf-automatic.*|yum-cron|packagekit-.*",
        "updates of the host",
    ),
    (r"ecs-agent|amazon-ecs-(init|agent)", "containers that Amazon ECS starts on the host"),
    (r"multipathd|iscsid?|open-iscsi|iscsiuio|zfs-.*|zed", "storage of the host"),
    (
        r"puppet|pe-puppet|chef-client|salt-minion|cfengine3|cf-.*|rudder-agent|landscape-client",
        "configuration management of the host",
    ),
    (
        r"bacula-fd|bareos-fd|veeamservice|veeam.*|commvault.*|dsmcad|duplicati|borgmatic|restic.*"
        r"|backup-manager|nbclient|vxpbx_exchanged|burp-client",
        "backup of the host",
    ),
    (
        r"fail2ban|clamav-(daemon|freshclam)|clamd|falcon-sensor|wazuh-agent|ossec.*|sentinelone"
        r"|sophos.*|mdatp|ds_agent|crowdsec|aide.*|rkhunter|osqueryd|cbagentd|ir_agent|nessusagent"
        r"|usbguard|rhc(d|-.*)?|fapolicyd",
        "security of the host",
    ),
)
FILTER = re.compile(
    r"nftables|firewalld|ufw|ip6?tables|netfilter-persistent|shorewall6?|ferm|ipset|pf"
)
"""Packet filters: of the host, unless the machine forwards for others."""
_COMPILED = tuple((re.compile(pattern), purpose) for pattern, purpose in _AGENTS)
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
    """Agent of the host by the name of its unit or program, or None."""
    for pattern, purpose in _COMPILED:
        if pattern.fullmatch(name):
            return Agent(name, unit, purpose)
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
