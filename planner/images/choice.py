"""What the user says of images: policy, mirrors, own registry, what is allowed, digests."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

from planner.images import references
from planner.model import Data

Policy = Literal["faithful", "official"]


class Choice(Data, frozen=True):
    """``faithful``: the machine's own distribution and its packages; ``official``: the
    application's own image where the planner knows how the two differ."""

    policy: Policy = "faithful"
    workloads: dict[str, Policy] = {}  # noqa: RUF012
    """By shell pattern of ``host/name``; the first that fits counts."""
    registry: str = ""
    """Prefix of the images that are built; empty: local names below ``planner/``."""
    mirrors: dict[str, str] = {}  # noqa: RUF012
    """Prefix by registry, from which base images are pulled instead."""
    allow: tuple[str, ...] = ()
    """Shell patterns of base images; empty: all."""
    digests: dict[str, str] = {}  # noqa: RUF012
    """``sha256:...`` by full name with tag."""
    dependencies: Literal["copied", "built"] = "copied"
    """Libraries that the package manager of a language installed: ``copied`` from the machine, or
    ``built`` from their manifest in a stage of their own, which needs the language's registry."""

    def of(self, workload: str) -> Policy:
        """Policy for the workload of this id."""
        fits = (p for pattern, p in self.workloads.items() if fnmatchcase(workload, pattern))
        return next(fits, self.policy)


FAITHFUL = Choice()


class Pulled(Data, frozen=True):
    """What ``FROM`` names. ``problem``: why nothing may be built from it."""

    image: str
    note: str = ""
    problem: str = ""


def pulled(image: str, choice: Choice) -> Pulled:
    """A base image as the user wants it pulled: through a mirror, with its digest."""
    found = references.parse(image)
    if found is None:
        return Pulled(image, problem=f"{image} is no name of an image")
    if why := references.refused(found):
        return Pulled(image, problem=why)
    through = references.mirrored(found, choice.mirrors)
    if not references.allowed(through, choice.allow):
        return Pulled(
            str(through),
            problem=f"{through} is not among the base images that are allowed "
            f"({', '.join(choice.allow)})",
        )
    digest = choice.digests.get(str(through)) or choice.digests.get(str(found)) or ""
    if digest:
        pinned = references.Reference(through.registry, through.repository, through.tag, digest)
        return Pulled(str(pinned), f"pinned to the digest that {through} had")
    return Pulled(str(through), f"by way of a mirror of {found.registry}" * (through != found))
