"""Commands that fill a cluster's claims from the volumes that the change filled, and compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from planner.render.kubernetes import Set
from planner.render.kubernetes_storage import Claim
from planner.render.pods import label
from planner.shell import shell_word
from planner.volumes import BUSYBOX, UNPACK

_COUNTED = "printf '%s files, %s folders, %s links' " + " ".join(
    f"\"$(find . -type {kind} -print0 | tr -cd '\\0' | wc -c)\"" for kind in "fdl"
)


def loaded(space: str, found: Set, claims: Sequence[Claim]) -> Iterator[str]:
    """For each claim of a pod: fill it, then compare numbers of files on both sides.

    The image's own tar is at both ends, as where the change moves the volume.
    """
    used = (found.volumes, *(j.volumes for j in found.crons))
    mine = {v.source for volumes in used for v in volumes if v.kind == "claim"}
    image = shell_word(found.image)
    busybox = found.family in BUSYBOX
    pack = "tar" if busybox else "tar --numeric-owner --sparse --acls --xattrs"
    unpack = "tar --numeric-owner" if busybox else UNPACK
    inside = f"kubectl -n {space} exec %s{label(f'load-{found.name}')} -- sh -c "
    for claim in claims:
        if claim.name not in mine or claim.shared:
            continue
        run = f"$ENGINE run --rm --network none --user 0:0 -v {claim.volume}:/from:ro"
        there = f"/load/{claim.name}/data"
        script = shell_word(f"mkdir -p {there} && {unpack} -xpf - -C {there}")
        sent = f"{run} --entrypoint tar {image}{pack.removeprefix('tar')} -C /from -cf - ."
        yield f"{sent} | {inside % '-i '}{script}"
        here, far = (shell_word(f"cd {folder} && {_COUNTED}") for folder in ("/from", there))
        yield (
            f'( sent="$({run} --entrypoint sh {image} -c {here})" && '
            f'came="$({inside % ""}{far})" && echo "$sent / $came" '
            '&& test -n "$sent" && test "$sent" = "$came" )'
        )
