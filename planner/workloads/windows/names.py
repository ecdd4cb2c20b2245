"""Windows services by name: roles of the system that serve others, agents, and plumbing.

Names of services as Microsoft's and the makers' documentation gives them, in lower case.
"""

from __future__ import annotations

import re
from typing import Literal

# fmt: off
ROLES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "adfssrv": ("ad-fs", "Active Directory Federation Services", ("directory",)),
    "certsvc": ("ad-cs", "Active Directory Certificate Services", ("directory",)),
    "clussvc": ("failover-cluster", "Failover Cluster", ("cluster-manager",)),
    "dfsr": ("dfs-replication", "DFS Replication", ()),
    "dhcpserver": ("dhcp-server", "DHCP Server", ("dhcp",)),
    "dns": ("dns-server", "DNS Server", ("dns",)),
    "ftpsvc": ("ftp-server", "Microsoft FTP Service", ("file-server",)),
    "ias": ("nps", "Network Policy Server", ()),
    "msmq": ("msmq", "Message Queuing", ("broker",)),
    "nfsservice": ("nfs-server", "Server for NFS", ("file-server",)),
    "ntds": ("ad-ds", "Active Directory Domain Services", ("database", "directory")),
    "remoteaccess": ("routing", "Routing and Remote Access", ("router", "vpn")),
    "simptcp": ("simple-tcp", "Simple TCP/IP Services", ()),
    "smtpsvc": ("smtp-server", "Simple Mail Transfer Protocol", ("mail",)),
    "snmptrap": ("snmp-trap", "SNMP Trap", ()),
    "termservlicensing": ("rd-licensing", "Remote Desktop Licensing", ("licence-manager",)),
    "tftpd": ("tftp-server", "TFTP Server", ("tftp-pxe",)),
    "tssdis": ("rd-broker", "Remote Desktop Connection Broker", ("remote-desktop",)),
    "tsgateway": ("rd-gateway", "Remote Desktop Gateway", ("remote-desktop",)),
    "vmms": ("hyper-v", "Hyper-V", ("hypervisor",)),
    "wdsserver": ("wds", "Windows Deployment Services", ("tftp-pxe",)),
    "wins": ("wins", "WINS Server", ()),
    "wsusservice": ("wsus", "Windows Server Update Services", ()),
}
# fmt: on
"""Service -> (kind, title, traits): part of Windows, and still somebody's workload."""

SQL_HELPERS = re.compile(
    r"sqlbrowser|sqlwriter|sqltelemetry.*|sqlserveragent|sqlagent\$.*|mssqlfdlauncher.*"
    r"|ssas(telemetry|browser).*|ssistelemetry.*|sqlserverlaunchpad.*|mssqllaunchpad.*"
    r"|mssqlserveradhelper.*|sql server distributed replay.*"
)
_AGENTS = (
    (
        r"vmtools|vgauthservice|vm3dservice|vmvss|qemu-ga|balloonservice|spice-agent|xensvc"
        r"|xenagent|vboxservice|amazonssmagent|awsliteagent|windowsazureguestagent|rdagent"
        r"|gceagent|google_osconfig_agent|nutanix.*guest.*|vmicvmsession",
        "tools of the hypervisor or cloud",
    ),
    (
        r"zabbix agent.*|nscp|nsclient.*|check_?mk.*|cmkagent.*|(windows|wmi)_exporter"
        r"|prometheus.*exporter.*|telegraf|datadog.*|newrelic.*|healthservice|monitoringhost"
        r"|azuremonitor.*|dynatrace.*|oneagent|icinga2|prtgprobeservice|appdynamics.*|sensu.*",
        "monitoring of the host",
    ),
    (
        r"splunk(d|forwarder)?|(file|metric|winlog|audit|packet|heart)beat.*|elastic agent|nxlog"
        r"|fluent-?bit|fluentd.*|graylog.*|snare.*|sysmon(64)?",
        "logs of the host",
    ),
    (
        r"veeam(endpoint|agent|deploy|guest|transport|vss).*|bacula-fd|bareos-fd|cvd.*|gxcvd.*"
        r"|nbclient|bpcd|netbackup.*|tsm .*|dsm(cad|sched).*|acronis.*|backupexec.*agent.*|druva.*",
        "backup of the host",
    ),
    (
        r"windefend|wdnissvc|sense|msmpsvc|csfalconservice|sentinel.*|sophos.*|sav.*service|ekrn"
        r"|eset.*|mfe.*|mcafee.*|masvc|sepmaster.*|symantec.*|ds_agent|amsp|ntrtscan|tmlisten"
        r"|cylance.*|cbdefense|carbonblack.*|wazuhsvc|ossec.*|osqueryd|ir_agent"
        r"|nessus agent|tenable.*|qualys.*|kaspersky.*|avp.*|klnagent|bitdefender.*"
        r"|epsecurity.*|mdcoresvc",
        "security of the host",
    ),
    (
        r"puppet|pxp-agent|chef-client|salt-minion|octopusdeploy tentacle.*|ccmexec"
        r"|besclient|ltservice|landesk.*|ocs inventory.*|glpi-agent|fusioninventory.*|snow.*agent.*"
        r"|lansweeper.*|laps.*",
        "configuration management of the host",
    ),
    (
        r"sshd|ssh-agent|teamviewer.*|anydesk.*|tvnserver|uvnc_service|screenconnect.*"
        r"|logmein.*|splashtop.*|ninjarmm.*|bomgar.*",
        "remote access to the host",
    ),
    (r"meinberg.*ntp|ntp", "time of the host"),
)
_COMPILED = tuple((re.compile(pattern), purpose) for pattern, purpose in _AGENTS)
_PLUMBING = re.compile(
    r"gupdatem?|googleupdater.*|googlechrome.*|edgeupdatem?|microsoftedge.*|mozillamaintenance"
    r"|clicktorunsvc|ose(64)?|adobeupdateservice|adobearmservice|gupdate.*|onedrive updater.*"
    r"|dbupdatem?|brave.*update.*|igccservice|nvdisplay.*|ibtsiva|realtek.*|intel\(r\).*"
    r"|aspnet_state|idsvc|nettcpportsharing|net(pipe|tcp|msmq)activator|fontcache3.*"
)
_SYSTEM = re.compile(
    r"""^"?(%systemroot%|%windir%|\\systemroot|[a-z]:\\windows)\\|^"?system32\\"""
    r"""|^"?[a-z]:\\program(data| files)\\(microsoft\\)?windows defender"""
    r"""|^"?[a-z]:\\program files\\windows (media|nt|mail)""",
    re.IGNORECASE,
)
_UPKEEP = re.compile(
    r"\\(googleupdate|googlesystem|google\\|mozilla|microsoftedge|onedrive|adobe|ccleaner|brave"
    r"|user_feed|createexplorershell|optimize start menu|npcapwatchdog|officesoftwareprotection"
    r"|klcp|intel|nvidia|amd|dropbox|zoomupdate|opera|jusched).*",
    re.IGNORECASE,
)


def of_system(path: str) -> bool:
    """Whether a program lies where Windows itself lies."""
    return _SYSTEM.match(path) is not None


def agent(name: str) -> str:
    """What an agent of the host is for; empty: none that is known."""
    return next((why for what, why in _COMPILED if what.fullmatch(name.lower())), "")


def fate(purpose: str) -> Literal["dropped", "host"]:
    """What becomes of an agent where the workloads become containers."""
    return "dropped" if purpose == "tools of the hypervisor or cloud" else "host"


def is_plumbing(name: str) -> bool:
    """Whether a service outside of Windows' folder only keeps another program up to date."""
    return _PLUMBING.fullmatch(name.lower()) is not None


def is_upkeep(task: str) -> bool:
    """Whether a scheduled task only keeps a program up to date."""
    return _UPKEEP.match(task) is not None
