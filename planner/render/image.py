"""What a Dockerfile says beyond the plan's own words: grouped copies, accounts, labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import structs

from planner.change.names import build_folder
from planner.model import Copy, Data, Directory, EnvVar, Group, HostPlan, Workload, WorkloadPlan
from planner.render.quoting import can_copy, is_variable, one_line_raw
from planner.render.writes import writes


class CopyLine(Data, frozen=True):
    """One COPY: paths below ``rootfs`` in the context and in the image are the same."""

    source: str
    """Absolute, ending in a slash when it is a folder whose content is copied."""
    uid: int
    gid: int
    reasons: tuple[str, ...]


class Built(Data, frozen=True):
    """A stage that installs what a language's own package manager brings."""

    language: str
    stage: str
    path: str
    packages: tuple[str, ...]
    reason: str
    root: str = ""
    manifests: tuple[str, ...] = ()
    """Names in ``root``, which the context has below ``rootfs``."""
    tools: str = ""
    command: str = ""


class Recipe(Data, frozen=True):
    """What the Dockerfile template prints beside the workload and its image."""

    folder: str
    user: str
    groups: tuple[Group, ...]
    memberships: tuple[tuple[str, str], ...]
    """(account, group) beyond primary groups."""
    configuration: tuple[CopyLine, ...]
    application: tuple[CopyLine, ...]
    left_out: tuple[str, ...]
    """Paths that no COPY line can name."""
    directories: tuple[Directory, ...]
    made: tuple[str, ...]
    """Paths of directories, empty files and links, for a stage that hands them on."""
    environment: tuple[EnvVar, ...]
    ports: tuple[tuple[int, str], ...]
    labels: tuple[tuple[str, str], ...]
    unpinned: tuple[str, ...]
    built: tuple[Built, ...] = ()
    manual: bool = False
    """Whether the folder of manual pages has to be there for the packages' own scripts: slim images
    have none, and those of OpenJDK register pages in it."""


def recipe(host: HostPlan, item: WorkloadPlan, planner: str) -> Recipe:
    """Derive what the Dockerfile of a workload says."""
    w = item.workload
    configuration = _grouped(c for c in w.copies if c.kind == "config")
    application = [_single(c) for c in w.copies if c.kind == "application"]
    return Recipe(
        folder=build_folder(host, item),
        user=user_of(item),
        groups=_groups(item),
        memberships=_memberships(item),
        configuration=tuple(c for c in configuration if can_copy(c.source)),
        application=tuple(c for c in application if can_copy(c.source)),
        left_out=tuple(c.source for c in (*configuration, *application) if not can_copy(c.source)),
        directories=tuple(_as_mounted(w, d) for d in sorted(w.directories, key=lambda d: d.path)),
        made=tuple(
            sorted({d.path for d in (*w.directories, *w.touch)} | {p for p, _ in w.log_links})
        ),
        environment=tuple(v for v in w.environment if in_image(v)),
        ports=tuple(sorted({(x.port, x.protocol) for x in w.listeners})),
        labels=_labels(host, item, planner),
        unpinned=tuple(p.name for p in w.packages if p.pin in ("", p.name)),
        built=tuple(_built(item)),
        manual=any(p.name.startswith(("openjdk-", "default-j")) for p in w.packages),
    )


def tmpfs(w: Workload) -> tuple[tuple[str, str], ...]:
    """Directories that are empty at every start, with the mode of the tmpfs.

    Engines mount a tmpfs as root's, and podman and docker share no option to say otherwise: where
    another user writes, it is open to all with the sticky bit, as /tmp is. runc takes the mode of
    the image's directory over the option, crun the option, so both say it. One that has another
    directory below it stays in the image, unless the root file system is read-only.
    """
    if scratch := writes(w).scratch:
        return tuple((path, "1777") for path in scratch)
    return tuple(
        (d.path, "0755" if w.run_as is None and d.owner.uid == 0 else "1777")
        for d in sorted(w.directories, key=lambda d: d.path)
        if d.tmpfs and not any(o.path.startswith(f"{d.path}/") for o in w.directories)
    )


def _as_mounted(w: Workload, directory: Directory) -> Directory:
    mode = dict(tmpfs(w)).get(directory.path)
    if mode is None:
        return directory
    return structs.replace(directory, owner=structs.replace(directory.owner, mode=mode))


def user_of(item: WorkloadPlan) -> str:
    """Numeric user of the container.

    With supplementary groups the group is left out: engines look them up in the image only for a
    user without one (an explicit group replaces them all).
    """
    user = item.workload.run_as
    if user is None:
        return "0:0"
    extra = [g for g in item.workload.groups if g.gid != user.gid]
    return str(user.uid) if extra else f"{user.uid}:{user.gid}"


def in_image(variable: EnvVar) -> bool:
    """Whether ENV can say it; what it cannot (a value of several lines) is left to Compose."""
    value = variable.value
    return not variable.secret and is_variable(variable.name) and value == one_line_raw(value)


_STAGES = {
    "node": (
        ("package.json", "package-lock.json"),
        "g++ make npm python3",
        "npm ci --omit=dev --no-audit --no-fund",
    ),
    "ruby": (
        ("Gemfile", "Gemfile.lock"),
        "build-essential ruby-bundler ruby-dev",
        "bundle config set --local deployment true && bundle install",
    ),
    "php": (
        ("composer.json", "composer.lock"),
        "composer unzip",
        "composer install --no-dev --no-interaction --no-scripts --prefer-dist",
    ),
}
"""Manifests, packages of Debian, and what installs exactly what the lock file says, from the
manuals of npm-ci(1), bundle-install(1) and Composer."""


def _built(item: WorkloadPlan) -> Iterator[Built]:
    every = item.image.dependencies if item.image else ()
    for number, d in enumerate((d for d in every if d.built), 1):
        stage = "libraries" if number == 1 else f"libraries{number}"
        manifests, tools, command = _STAGES.get(d.language, ((), "", ""))
        yield Built(
            d.language, stage, d.path, d.packages, d.reason, d.root, manifests, tools, command
        )


def _groups(item: WorkloadPlan) -> tuple[Group, ...]:
    made = {g.gid: g for g in item.workload.groups}
    made |= {g.gid: g for g in item.image.groups} if item.image else {}
    return tuple(made[gid] for gid in sorted(made) if gid > 0)


def _memberships(item: WorkloadPlan) -> tuple[tuple[str, str], ...]:
    user = item.workload.run_as
    if user is None:
        return ()
    return tuple((user.name, g.name) for g in item.workload.groups if g.gid != user.gid)


def _single(copy: Copy) -> CopyLine:
    return CopyLine(copy.path, copy.owner.uid, copy.owner.gid, (copy.reason,))


def _grouped(copies: Iterable[Copy]) -> tuple[CopyLine, ...]:
    """One line for each folder of /etc, owned as most of it is, then the ones owned otherwise.

    A folder carries symbolic links as they are; a link named as the source of COPY would arrive as
    the file that it points to. Only what the image takes lies in ``rootfs``.
    """
    folders: dict[str, list[Copy]] = {}
    lines: list[CopyLine] = []
    for copy in sorted(copies, key=lambda c: c.path):
        parts = copy.path.split("/")
        if copy.path.startswith("/etc/") and len(parts) > 3:
            folders.setdefault(f"/etc/{parts[2]}/", []).append(copy)
        else:
            lines.append(_single(copy))
    for folder, members in folders.items():
        lines += _folder(folder, members)
    return tuple(sorted(lines, key=lambda line: line.source))


def _folder(folder: str, members: Sequence[Copy]) -> list[CopyLine]:
    owners = Counter((c.owner.uid, c.owner.gid) for c in members)
    (uid, gid), _ = min(owners.items(), key=lambda item: (-item[1], item[0]))
    reasons = tuple(dict.fromkeys(c.reason for c in members))
    others = [_single(c) for c in members if (c.owner.uid, c.owner.gid) != (uid, gid)]
    return [CopyLine(folder, uid, gid, reasons), *others]


def _labels(host: HostPlan, item: WorkloadPlan, planner: str) -> tuple[tuple[str, str], ...]:
    w, image = item.workload, item.image
    base, _, digest = (image.base if image else "").partition("@")
    labels = {
        "org.opencontainers.image.title": w.title or w.name,
        "org.opencontainers.image.description": f"{w.title or w.name} as it ran on {host.name}",
        "org.opencontainers.image.version": w.version or "unknown",
        "org.opencontainers.image.base.name": base or "unknown",
        "planner.workload": w.id,
        "planner.host": host.name,
        "planner.snapshot.sha256": host.snapshot_sha256 or "unknown",
        "planner.snapshot.taken-at": host.taken_at,
        "planner.version": planner,
    }
    if digest:
        labels["org.opencontainers.image.base.digest"] = digest
    labels |= dict(image.labels) if image else {}
    return tuple(sorted(labels.items()))
