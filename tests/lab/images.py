"""Container engine: its settings, and base images under the names that a Dockerfile pulls."""

import os
import resource
from pathlib import Path

from . import rootfs
from .shell import run, succeeds
from .state import State

_CONF = """\
# crun refuses a hybrid cgroup layout, and the default limits exceed what a box may allow.
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"

[containers]
default_ulimits = ["nofile={files}:{files}", "nproc=1024:1024"]
"""


def configure(state: State) -> None:
    """Write the file that CONTAINERS_CONF points to."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # as many as a Redis wants, which complains otherwise
    files = 16384 if most == resource.RLIM_INFINITY else min(most, 16384)
    state.containers_conf.write_text(_CONF.format(files=files))


def name(suite: str) -> str:
    """Full name of a suite's base image."""
    return f"docker.io/library/debian:{suite}-slim"


def load(state: State, suite: str) -> None:
    """Has the suite's base image in podman, built from packages when it is not there yet."""
    env = {**os.environ, "CONTAINERS_CONF": str(state.containers_conf)}
    known = state.images / f"{suite}-{rootfs.key(suite)}.id"
    if known.exists() and succeeds(["podman", "image", "exists", known.read_text()]):
        run(["podman", "tag", known.read_text(), name(suite)], env=env)
        return
    place = rootfs.renewed(state.images / f"{suite}.part")
    tarball = Path(f"{place}.tar")
    rootfs.slim(suite, place)
    run(["tar", "--numeric-owner", "--xattrs", "-C", place, "-cf", tarball, "."])
    changes = ["--change", 'CMD ["bash"]']
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    changes += ["--change", f"ENV PATH={path}"]
    made = run(["podman", "import", "--quiet", *changes, tarball, name(suite)], env=env)
    rootfs.renewed(place)
    tarball.unlink()
    for older in state.images.glob(f"{suite}-*.id"):
        older.unlink()
    known.write_text(made.split()[-1])
