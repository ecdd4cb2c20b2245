"""Steps that stream secrets from the machine to the target, past every plan, image and log."""

from __future__ import annotations

import re
from collections.abc import Iterable

from planner.change.names import secret_file
from planner.model import HostPlan, Secret, Step, WorkloadPlan
from planner.shell import remote, shell_word

# systemd's EnvironmentFile to lines NAME='value' for sh: continued lines joined, comments and
# blanks dropped, systemd's own quotes and backslashes taken off.
_FOR_SHELL = (
    r"""sed -n -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' -e 's/^[[:space:]]*//' """
    r"""-e '/^[A-Za-z_][A-Za-z0-9_]*=/!d' -e 's/[[:space:]]*$//' """
    r"""-e '/^[^=]*=".*"$/{s/="\(.*\)"$/=\1/;s/\\\([\\"$`]\)/\1/g;bq' -e '}' """
    r"""-e "/^[^=]*='.*'\$/{s/='\(.*\)'\$/=\1/;bq" -e '}' -e 's/\\\(.\)/\1/g' """
    r"""-e ':q' -e "s/'/'\\\\''/g" -e "s/=\(.*\)/='\1'/p" """
).strip()

# The same bytes, and failure where there are none: also where the machine could not be reached.
_SOMETHING = """{ IFS= read -r line || [ -n "$line" ]; } && { printf '%s\\n' "$line"; cat; }"""


def steps(host: HostPlan, items: tuple[WorkloadPlan, ...]) -> Iterable[Step]:
    for item in items:
        secrets = item.workload.secrets
        if secrets:
            yield Step(
                id="",
                phase="secrets",
                title=f"Stream the secrets of {item.workload.name} to the target",
                commands=tuple(c for s in secrets for c in _secret(host, item, s)),
                note="The values pass through a pipe into files that only the operator and the "
                "container read; no command line, image or plan holds them.",
                seconds=10 * len(secrets),
                expect="every command ends with status 0; no file is empty on the machine",
            )


def _secret(host: HostPlan, item: WorkloadPlan, secret: Secret) -> Iterable[str]:
    file = secret_file(host, secret)
    folder = file.rpartition("/")[0]
    fetch = remote(f"cat {shell_word(secret.path)}")
    full = f" && test -s {file}"
    if secret.form == "env":
        # comments alone are fine: what must not be empty is the file on the machine
        fetch, full = f"{fetch} | {{ {_SOMETHING} | {_FOR_SHELL}; }}", ""
    yield f"( umask 077 && mkdir -p {folder} && {fetch} >{file}{full} )"
    owner, mode = f"{secret.owner.uid}:{secret.owner.gid}", secret.owner.mode
    if secret.form == "env":
        user = item.workload.run_as
        owner, mode = f"{user.uid}:{user.gid}" if user else "0:0", "0400"
    elif not re.fullmatch(r"[0-7]{3,4}", mode):
        mode = "0400"
    image = shell_word(item.image.tag if item.image else "")
    script = shell_word(f'chown {owner} "$1" && chmod {mode} "$1"')
    yield (
        f'$ENGINE run --rm --network none --user 0:0 -v "$PWD/{folder}:/secrets:z" '
        f"--entrypoint sh {image} -c {script} sh /secrets/{file.rpartition('/')[2]}"
    )
