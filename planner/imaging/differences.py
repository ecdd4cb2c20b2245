"""What is different in a container of the application's own image, said one by one."""

from __future__ import annotations

from collections.abc import Iterator

from planner.imaging.carried import health
from planner.imaging.fit import Fit
from planner.imaging.fitting import trees
from planner.model import Adaptation


def differences(fit: Fit) -> tuple[Adaptation, ...]:
    """Each with its reason, in the order in which a reviewer meets it in the Dockerfile."""
    why = "the policy for images says so; the machine's packages are not installed"
    what = f"built from {fit.tag.image}, the application's own image"
    return (Adaptation("other", what, why), *_program(fit), *_paths(fit), *_surroundings(fit))


def _program(fit: Fit) -> Iterator[Adaptation]:
    entry, was = fit.entry, fit.workload.run_as
    if entry.entrypoint != "none":
        why = f"it {entry.entrypoint}: data and configuration come from the machine"
        yield Adaptation("init", "the image's entrypoint is taken away", why)
    if entry.arguments:
        what = f"its program is told {' '.join(entry.arguments)}"
        yield Adaptation("other", what, "it was built with other paths and other modules")
    if was and entry.user and (fit.uids or fit.gids):
        now = entry.user
        what = f"runs as {now.name} ({now.uid}:{now.gid}) instead of {was.name} "
        why = "the image has its own account; files in its volumes change their owner on the way"
        yield Adaptation("user", f"{what}({was.uid}:{was.gid})", why)


def _paths(fit: Fit) -> Iterator[Adaptation]:
    entry, data = fit.entry, fit.data
    if data and data.path != fit.target:
        what = f"{data.path} is {fit.target} in the container"
        yield Adaptation("other", what, "the image has its data there")
    mounted = {fit.place(v.path) for v in fit.workload.volumes}
    for path in entry.declares.get(fit.tag.series, entry.declares.get("", ())):
        if path not in mounted:
            what = f"the image declares {path} as a volume, and nothing is mounted there"
            why = "engines make one without a name, which stays when the container goes"
            yield Adaptation("other", what, why)
    if folders := trees(fit.host, fit.workload, entry):
        what = f"all of {', '.join(folders)} is copied, not only what was changed"
        why = f"the image's own configuration ({entry.config}) is another than the package's"
        yield Adaptation("other", what, why)
    for path, to in sorted(entry.links.items()):
        yield Adaptation("other", f"{path} leads to {to}", "the image has it there")


def _surroundings(fit: Fit) -> Iterator[Adaptation]:
    entry, asked = fit.entry, fit.workload.health
    release = fit.host.os.value.codename if fit.host.os.value else ""
    if entry.collates and fit.tag.variant != release:
        of = fit.tag.variant or "another release"
        what = f"the image is made of {of}, the machine is {release or 'not known'}"
        why = "another C library may sort text otherwise: REINDEX every database after the move"
        yield Adaptation("other", what, why)
    if entry.sets:
        what = f"the image sets {', '.join(entry.sets)}"
        yield Adaptation("other", what, "what the machine sets itself goes before")
    now = health(fit)
    if asked and now is None:
        yield Adaptation("other", "there is no health check", "the image has no bash")
    elif asked and now and now.what != asked.what:
        what = f"the health check tells only whether it {now.what}"
        yield Adaptation("other", what, "the image has no bash")
