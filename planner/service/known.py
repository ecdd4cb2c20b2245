"""Units and jobs that are no workload: the system's own plumbing, and agents of the host."""

from __future__ import annotations

import re

from planner.model import Agent

_BASE = re.compile(
    r"(systemd-.*|dbus(-broker)?|(serial-|console-|container-)?getty(@.*)?|sshd?(@.*)?|sshd-.*|ssh-.*"
    r"|cron|crond|anacron|atd|udev|eudev|user@\d+|user-runtime-dir@\d+|init|rescue|emergency"
    r"|networking|network|NetworkManager(-.*)?|wpa_supplicant(@.*)?|dhcpcd(@.*)?|dhclient.*"
    r"|ifup@.*|ifupdown-.*|resolvconf.*|systemd|kmod.*|modprobe@.*|keyboard-setup|console-setup"
    r"|setvtrace|e2scrub.*|apparmor|apt-daily.*|dpkg-db-backup|man-db|logrotate.*|fstrim"
    r"|ldconfig|lvm2-.*|dm-event|blk-availability|mdadm.*|mdmonitor.*|mdcheck.*|cryptsetup.*"
    r"|polkit|accounts-daemon|udisks2|upower|rtkit-daemon|colord|packagekit|ModemManager"
    r"|rc-local|rcS|rc|killprocs|mountkernfs|urandom|hwclock.*|hostname|procps|sudo|checkroot.*"
    r"|mount(all|devsubfs|kernfs|nfs)?.*\.sh|bootmisc|motd.*|acpid|alsa-.*|plymouth.*|grub-.*"
    r"|selinux-.*|restorecond|auditd|audit-rules|kdump.*|tuned|irqbalance|rngd|haveged"
    r"|initrd-.*|dracut-.*|import-state|loadmodules|nis-domainname|readahead.*|rhel-.*"
    r"|dnf-makecache|dnf-system-upgrade.*|autovt@.*|debug-shell|first-boot-complete"
    r"|cloud-(init.*|config|final)|secureboot-db|pollinate|ua-.*|ubuntu-advantage|esm-cache"
    r"|apport.*|whoopsie|kerneloops|finalrd|gpu-manager|thermald|switcheroo-control|ufw-init.*"
    r"|fwupd.*|bluetooth|avahi-daemon|cups.*|gdm3?|lightdm|sddm|display-manager|nscd|sssd.*|nslcd"
    r"|rpc-statd-notify|nfs-(config|utils|idmapd|mountd|client|blkmap)|rpc-.*|rpcbind|netplan-.*"
    r"|growroot.*|ec2-.*|google-(oslogin|startup|shutdown).*|oddjobd|certmonger|low-memory-monitor"
    r"|power-profiles-daemon|vconsole-setup|x11-common|screen-cleanup|rsync-.*\.tmp|hv-.*)"
)
_AGENTS: tuple[tuple[str, str], ...] = (
    (
        r"(prometheus-)?node[_-]exporter|prometheus-[a-z-]+-exporter|[a-z]+_exporter",
        "monitoring: metrics of the host",
    ),
    (
        r"zabbix-agent2?|nagios-nrpe-server|nrpe|check[-_]mk-agent.*|cmk-agent-ctl.*|icinga2"
        r"|munin-node|collectd|telegraf|datadog-agent.*|newrelic-infra|netdata|sensu-agent"
        r"|monit|snmpd|snmptrapd|pcp|pmcd|pmlogger.*|sysstat.*|amazon-cloudwatch-agent|dynatrace.*"
        r"|oneagent|scollector|atop(acct)?|glances|smartd|smartmontools",
        "monitoring of the host",
    ),
    (
        r"filebeat|metricbeat|auditbeat|packetbeat|fluent-bit|td-agent(-bit)?|fluentd|promtail"
        r"|vector|splunk(d|forwarder)?|rsyslog|syslog-ng|syslog|journald-upload|nxlog|graylog-sidecar",
        "logs of the host",
    ),
    (
        r"qemu-guest-agent|open-vm-tools|vmtoolsd|vgauthd?|vboxadd.*|virtualbox-guest-utils|hyperv-.*"
        r"|hypervkvpd|hypervvssd|hypervfcopyd|xe-(linux-distribution|daemon)|walinuxagent|waagent"
        r"|google-guest-agent|google-osconfig-agent|amazon-ssm-agent|spice-vdagentd?|vmware-tools.*"
        r"|cloud-agent",
        "tools of the hypervisor or cloud",
    ),
    (r"chrony(d)?|ntp(d|sec|date)?|openntpd|systemd-timesyncd|ptp4l|phc2sys", "time of the host"),
    (
        r"unattended-upgrades|snapd.*|dnf-automatic.*|yum-cron|packagekit-.*|needrestart",
        "updates of the host",
    ),
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
        r"nftables|firewalld|ufw|ip6?tables|netfilter-persistent|shorewall6?|ferm|ipset",
        "packet filter of the host, without rules of its own",
    ),
    (
        r"fail2ban|clamav-(daemon|freshclam)|clamd|falcon-sensor|wazuh-agent|ossec.*|sentinelone"
        r"|sophos.*|mdatp|ds_agent|crowdsec|aide.*|rkhunter|osqueryd|auditd|cbagentd|ir_agent|nessusagent",
        "security of the host",
    ),
)
_COMPILED = tuple((re.compile(pattern), purpose) for pattern, purpose in _AGENTS)
_JOBS = re.compile(
    r"apt(-compat)?|dpkg|logrotate|man-db.*|e2scrub(_all)?|fstrim|passwd|popularity-contest"
    r"|bsdmainutils|update-notifier-common|apport|mlocate|plocate|locate|standard|sysstat|mdadm"
    r"|mdcheck.*|raid-check|0anacron|0hourly|anacron|dailyjobs|exim4-base|aptitude|cracklib-runtime"
    r"|ntp|ntpsec|quota|tmpwatch|readahead|prelink|yum.*|dnf.*|zfsutils-linux|xfs_scrub_all"
    r"|systemd-.*|dpkg-db-backup|apt-daily.*|motd-news|fwupd-refresh|snapd\..*|ua-.*|apport-.*"
    r"|update-notifier-.*|plocate-updatedb|mlocate-updatedb|unbound-anchor|esm-cache|btrfs.*"
    r"|chkrootkit|debsums|calendar|spamassassin-maintain|rwhod|\.placeholder|insserv|samba"
)


def is_base(name: str) -> bool:
    """Whether a unit (without ``.service``) is the operating system's own plumbing."""
    return _BASE.fullmatch(name) is not None


def agent(name: str, unit: str) -> Agent | None:
    """Agent of the host by the name of its unit or program, or None."""
    for pattern, purpose in _COMPILED:
        if pattern.fullmatch(name):
            return Agent(name, unit, purpose)
    return None


def is_system_job(name: str) -> bool:
    """Whether a timer (without ``.timer``) or a file of cron is the distribution's own upkeep."""
    return _JOBS.fullmatch(name) is not None
