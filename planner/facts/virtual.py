"""Hypervisor and container, in systemd-detect-virt's words."""

from __future__ import annotations

from planner.facts.text import Parsed, UnreadableError, pairs

_MARKS = (
    ("vmware", "vmware"),
    ("virtualbox", "oracle"),
    ("innotek", "oracle"),
    ("microsoft corporation/virtual", "microsoft"),
    ("xen", "xen"),
    ("kvm", "kvm"),
    ("qemu", "qemu"),
    ("bochs", "qemu"),
    ("openstack", "kvm"),
    ("red hat/", "kvm"),
    ("ovirt", "kvm"),
    ("rhev", "kvm"),
    ("nutanix", "kvm"),
    ("digitalocean", "kvm"),
    ("hetzner", "kvm"),
    ("google/", "google"),
    ("amazon ec2", "amazon"),
    ("parallels", "parallels"),
    ("bhyve", "bhyve"),
)
_HARDWARE = ("dell", "hp/", "hpe", "hewlett", "lenovo", "supermicro", "fujitsu", "cisco", "ibm/")
_VM_GUEST = {
    "hv": "microsoft", "vmware": "vmware", "kvm": "kvm", "bhyve": "bhyve", "xen": "xen",
    "vbox": "oracle", "parallels": "parallels", "nvmm": "other",
}  # fmt: skip
_CGROUPS = {
    "libpod": "podman", "kubepods": "container-other", "containerd": "container-other",
    "garden": "container-other", "crio": "container-other", "cri-o": "container-other",
}  # fmt: skip


def parse_virtualization(text: str) -> Parsed[str]:
    """Take systemd-detect-virt's word (``none``: hardware), or weigh the hints that come behind a
    line ``hints``. One line ``dmi:vendor/product``: from collectors before hints.
    """
    first, _, rest = text.strip().partition("\n")
    if first == "hints":
        return Parsed(_weighed(pairs(rest)))
    if not first or rest:
        raise UnreadableError("no hypervisor told, and not that there is none")
    if first.startswith("dmi:"):
        return Parsed(_weighed({"dmi": first.removeprefix("dmi:")}))
    return Parsed(first)


def parse_container(text: str) -> Parsed[str]:
    """``told=``: systemd-detect-virt's word; else hints, of which none means no container."""
    told = pairs(text)
    return Parsed(told.get("told") or _container(told) or "none")


def _container(told: dict[str, str]) -> str:
    for key in ("run", "pid1"):
        if told.get(key):
            return {"oci": "container-other"}.get(told[key], told[key])
    flags = {"openvz": "openvz", "wsl": "wsl", "dockerenv": "docker", "containerenv": "podman"}
    for key, name in {**flags, "jail": "jail"}.items():
        if told.get(key):
            return name
    cgroup = told.get("cgroup", "")
    return _CGROUPS.get(cgroup, cgroup)


def _weighed(told: dict[str, str]) -> str:
    """In the order of systemd's src/basic/virt.c: container, DMI, then what the kernel shows."""
    dmi, flag = told.get("dmi", ""), told.get("flag")
    guest = told.get("vm_guest", "")
    kernel = _of_kernel(told)
    found = (
        _container(told)
        or _of_dmi(dmi, told.get("bios", ""))
        or kernel
        or ("" if guest in ("", "none") else _VM_GUEST.get(guest, "vm-other"))
    )
    if found:
        return found
    if kernel is None:
        return "none"
    if flag == "1":
        return "vm-other"
    if flag == "0" or guest == "none" or dmi.lower().startswith(_HARDWARE):
        return "none"
    raise UnreadableError(f"systemd-detect-virt lacks, and DMI says {dmi.strip('/ ') or 'nothing'}")


def _of_dmi(dmi: str, bios: str) -> str:
    if dmi.lower().startswith("amazon ec2/") and dmi.lower().rstrip().endswith(".metal"):
        return ""
    for said in (dmi, bios):
        for mark, name in _MARKS:
            if mark in said.lower():
                return name
    return ""


def _of_kernel(told: dict[str, str]) -> str | None:
    """None: the kernel says that this is the hardware, or its own partition of it (Xen's dom0)."""
    tree = told.get("tree", "")
    if told.get("uml"):
        return "uml"
    if "xen" in told:
        return None if "control_d" in told["xen"] else "xen"
    if told.get("hypervisor"):
        return "xen" if told["hypervisor"] == "xen" else "vm-other"
    if told.get("sysinfo"):
        return "zvm" if told["sysinfo"].startswith("z/VM") else "kvm"
    hypervisor = told.get("tree_hypervisor", "")
    for mark, name in (("linux,kvm", "kvm"), ("xen", "xen"), ("vmware", "vmware")):
        if mark in hypervisor:
            return name
    if told.get("lpar"):
        return "powervm"
    return "qemu" if "qemu" in tree or "dummy-virt" in tree else ""
