"""Services that work on the machine's kernel: VPN, firewall, NFS, hypervisor, container host,
directory controller, cluster. They are named for the rules; no container is derived.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from planner.model import Workload
from planner.service import config, pins, places
from planner.service.command import Command
from planner.service.describe import Kind, workload
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
        r"nfs-server|nfs-kernel-server|nfsd|nfs-ganesha|ganesha\.nfsd",
        "/etc/exports",
    ),
    (
        "firewall",
        "packet filter",
        r"nftables|firewalld|ufw|iptables|ip6tables|netfilter-persistent|shorewall6?|ferm|ipset",
        "/etc/nftables.conf",
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
_RULES = (
    "/etc/nftables.conf",
    "/etc/nftables.d",
    "/etc/nftables",
    "/etc/ufw",
    "/etc/firewalld",
    "/etc/iptables",
    "/etc/sysconfig/iptables",
    "/etc/shorewall",
    "/etc/ferm",
    "/etc/ipset",
)
_COMPILED = tuple((kind, title, re.compile(names), folder) for kind, title, names, folder in _KINDS)


def detect(service: Service) -> Workload | None:
    """A kernel-level service by its unit or program; any other: None."""
    names = called(service) | ({stem(service.unit.name)} if service.unit else frozenset())
    for kind, title, pattern, folder in _COMPILED:
        if any(pattern.fullmatch(name) for name in names):
            if kind == "firewall" and not _has_rules(service):
                return None
            return _workload(service, kind, title, folder)
    return None


def _has_rules(service: Service) -> bool:
    """Whether somebody gave the packet filter rules of their own; yes, if that is not known."""
    listed = service.host.config_files
    if listed.value is None or listed.partial:
        return True
    return any(places.below(f.path, folder) for f in listed.value for folder in _RULES)


def _workload(service: Service, kind: str, title: str, folder: str) -> Workload:
    package = pins.main_package(service)
    instance = service.name.partition("@")[2]
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
        files=config.texts(service.host, (folder,)),
    )
    # It stays as it is: nothing is adapted, and its unit goes on to be its unit.
    return replace(made, run_as=None, adaptations=(), sysctls=(), touch=(), directives=())
