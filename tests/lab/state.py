"""Where the lab keeps what it builds, and one lock over it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DEFAULT = Path("/var/tmp/planner-lab")
"""Not under /tmp: a root file system must not lie on a tmpfs or be swept while it runs."""


@dataclass(frozen=True)
class State:
    """The state directory: caches that last, and `run/`, which a `down` empties."""

    root: Path

    @property
    def bases(self) -> Path:
        """`SUITE-KEY/`: one root file system per suite, the lowest layer of every machine."""
        return self.root / "bases"

    @property
    def layers(self) -> Path:
        """`NAME-KEY/`: what provisioning a machine changed on top of its base."""
        return self.root / "layers"

    @property
    def disks(self) -> Path:
        """`NAME-KEY/`: disk, kernel and initrd of a virtual machine."""
        return self.root / "disks"

    @property
    def wheels(self) -> Path:
        """`NAME-KEY/`: Python packages that a machine installs while it is provisioned."""
        return self.root / "wheels"

    @property
    def images(self) -> Path:
        """`SUITE-KEY.id`: id of the base image that was imported into podman."""
        return self.root / "images"

    @property
    def run(self) -> Path:
        """`NAME/`: overlay, console and process record of a machine that runs."""
        return self.root / "run"

    @property
    def key(self) -> Path:
        """The operator's private SSH key; the public one has the suffix `.pub`."""
        return self.root / "id_ed25519"

    @property
    def inventory(self) -> Path:
        return self.root / "inventory.yml"

    @property
    def ssh_config(self) -> Path:
        return self.root / "ssh_config"

    @property
    def known_hosts(self) -> Path:
        return self.root / "known_hosts"

    @property
    def containers_conf(self) -> Path:
        return self.root / "containers.conf"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Wait until no other `up` or `down` works on this directory."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
