"""Services that work on the machine's kernel: VPN, firewall, NFS, hypervisor, container host,
directory controller, cluster. They are named for the rules; no container is derived.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from planner.model import Host, Workload
from planner.service import config, forwarding, known, pins, places
from planner.service.command import Command
from planner.service.describe import Kind, workload
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, stem

_KINDS: tuple[tuple[str, str, str, str], ...] = (
    # kind, title, names of units and programs, configuration folders
    ("openvpn", "OpenVPN gateway", r"openvpn(-server|-client)?(@.*)?", "/etc/openvpn"),
    ("wireguard", "WireGuard tunnel", r"wg-quick(@.*)?|wg|wireguard.*|boringtun", "/etc/wireguard"),
    (
        "strongswan",
        "IPsec gateway",
        r"strongswan(-starter|-swanctl)?|charon(-systemd)?|ipsec|libreswan|pluto|starter",
        "/etc/ipsec.d",
    ),
    (
        "libvirtd",
        "virtual machines of libvirt",
        r"libvirtd|virtqemud|virtlxcd|virtxend|qemu-kvm|qemu-system-[a-z0-9_]+|pve(daemon|proxy)"
        r"|xend|xenstored",
        "/etc/libvirt",
    ),
    ("dockerd", "container host (Docker)", r"docker|dockerd", "/etc/docker"),
    ("containerd", "container host (containerd)", r"containerd", "/etc/containerd"),
    ("podman", "container host (Podman)", r"podman|conmon|crio|cri-o", "/etc/containers"),
    ("lxd", "container host (LXD)", r"lxd|lxc(-net)?|incusd?|snap\.lxd\..*", "/etc/lxc"),
    (
        "kubelet",
        "node of Kubernetes",
        r"kubelet|k3s(-agent)?|rke2-(server|agent)|microk8s.*|kube-proxy",
        "/etc/kubernetes",
    ),
    (
        "nfs-server",
        "NFS server",
        r"nfs-server|nfs-kernel-server|nfs|nfsd|nfs-ganesha|ganesha\.nfsd",
        "/etc/exports",
    ),
    (
        "directory",
        "directory controller",
        r"samba-ad-dc|samba|ipa|ipa-.*|dirsrv(@.*)?|ns-slapd|slapd|krb5-kdc|krb5kdc|kadmind?"
        r"|krb5-admin-server|winbindd?",
        "/etc/samba",
    ),
    (
        "cluster",
        "cluster manager",
        r"keepalived|corosync|pacemakerd?|heartbeat|drbd.*|pcsd|vrrpd",
        "/etc/keepalived",
    ),
    (
        "router",
        "routing daemon",
        r"frr|bgpd|ospfd|zebra|bird6?|quagga|radvd|isc-dhcp-server|dhcpd"
        r"|kea-dhcp[46](-server)?|hostapd",
        "/etc/frr",
    ),
    (
        "iscsi-target",
        "storage target",
        r"tgtd?|target|targetclid|iscsitarget|ceph-(osd|mon|mgr)(@.*)?"
        r"|glusterd|glusterfsd",
        "/etc/tgt",
    ),
)
_COMPILED = tuple((kind, title, re.compile(names), folder) for kind, title, names, folder in _KINDS)


def detect(service: Service) -> Workload | None:
    """A kernel-level service by its unit or program; any other: None. A packet filter is one only
    where the machine forwards for others.
    """
    names = called(service) | ({stem(service.unit.name)} if service.unit else frozenset())
    for kind, title, pattern, folder in _COMPILED:
        if any(pattern.fullmatch(name) for name in names):
            return _workload(service, kind, title, folder)
    if any(known.is_filter(name) for name in names) and forwarding.routes(service.host):
        return _workload(service, "firewall", "packet filter", "/etc/nftables.conf")
    return None


def _workload(service: Service, kind: str, title: str, folder: str) -> Workload:
    package = pins.main_package(service)
    instance = service.name.partition("@")[2]
    exports = kind == "nfs-server"
    made = workload(
        service,
        Kind(
            kind,
            f"{title} {instance}".strip(),
            ("kernel-service",),
            pins.version_of(service, package),
        ),
        command=Command(
            (), (), ("It works on the machine's kernel: no container command is derived.",)
        ),
        packages=pins.pins(service.host, [(package, "the program")] if package else []),
        carried=config.changed(service.host, (folder,), {package} - {""}, None),
        kept=Storage(_exported(service.host)) if exports else None,
        # What exports names are those that come to it, not those that it speaks to.
        files=() if exports else config.texts(service.host, (folder,)),
    )
    # It stays as it is: nothing is adapted, and its unit goes on to be its unit.
    return replace(made, run_as=None, adaptations=(), sysctls=(), touch=(), directives=())


def _exported(host: Host) -> tuple[Wanted, ...]:
    """Folders that /etc/exports and its like name."""
    files = config.texts(host, ("/etc/exports", "/etc/exports.d"))
    text = "\n".join(file.text for file in files).replace("\\\n", " ")
    found: list[Wanted] = []
    for line in text.split("\n"):
        match = re.match(r'\s*(?:"(/[^"]*)"|(/\S*))', line)
        path = places.clean(match[1] or match[2]) if match else ""
        if path and not places.shared_top(path):
            why = "clients write while it is copied"
            found.append(Wanted(path, "data", "it is exported", "stop", why))
    return tuple(found)
