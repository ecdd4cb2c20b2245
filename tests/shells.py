"""The shells and awks that scripts for machines must run in. Where CI is set, all must be there.

`python tests/shells.py` prints what each of them made of a look at this machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from planner.gather.look import collector
from planner.session.framing import Payload, decode

NONCE = "feedfacefeedfacefeedfacefeedface"
SECRET = "s3cr3t-Holunder"


@dataclass(frozen=True)
class Shell:
    """A shell with the awk that it finds; ``applets``: nothing on PATH but busybox's applets."""

    name: str
    argv: tuple[str, ...]
    awk: tuple[str, ...] = ("mawk",)
    applets: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def there(self) -> bool:
        return bool(shutil.which(self.argv[0]) and shutil.which(self.awk[0]))

    def fitted(self, text: str, folder: Path) -> str:
        """A script whose PATH begins with links, made in a folder, to this shell's awk; or, with
        ``applets``, that has no other PATH than links to all of them."""
        place = folder / f"bin-{self.name}"
        if not place.exists():
            place.mkdir()
            program = str(shutil.which(self.awk[0]))
            for name in _applets() if self.applets else ("awk",):
                (place / name).symlink_to(program)
        line = next(line for line in text.splitlines() if line.startswith("PATH="))
        path = f"PATH={place}; export PATH" if self.applets else line.replace("=", f"={place}:", 1)
        return text.replace(f"\n{line}\n", f"\n{path}\n", 1)


_ALL = (
    Shell("sh", ("/bin/sh",)),
    Shell("dash-gawk", ("dash",), ("gawk",)),
    Shell("bash", ("bash",)),
    Shell("bash-posix-original-awk", ("bash", "--posix"), ("original-awk",)),
    Shell("busybox-ash", ("busybox", "ash"), ("busybox",)),
    Shell("busybox-alone", ("busybox", "ash"), ("busybox",), applets=True),
    Shell("mksh", ("mksh",)),
    Shell("ksh93", ("ksh93",)),
    Shell("yash", ("yash",)),
    Shell("zsh-sh", ("zsh", "--emulate", "sh")),
)
AWKS = (("mawk",), ("gawk",), ("original-awk",), ("busybox", "awk"))


def _needed(program: str) -> bool:
    """In CI a shell that is missing is a failure of the tests that want it, not a gap."""
    return bool(os.environ.get("CI")) or shutil.which(program) is not None


SHELLS = [s for s in _ALL if all(map(_needed, (s.argv[0], s.awk[0])))]
AWK_COMMANDS = [list(awk) for awk in AWKS if _needed(awk[0])]


@cache
def _applets() -> tuple[str, ...]:
    done = subprocess.run(["busybox", "--list"], capture_output=True, text=True, check=True)
    return tuple(done.stdout.split())


@dataclass(frozen=True)
class Look:
    """What a look at this machine gave, and the seconds that it took."""

    payload: Payload
    seconds: float
    wire: str
    beside: int = 0
    """A process that ran beside it, see ``secretive``."""


def take(shell: Shell, folder: str, user: str = "") -> Look:
    """A whole look in a shell, by root (or whoever runs this) or by nobody."""
    place = Path(folder)
    place.chmod(0o755)
    script = shell.fitted(collector(NONCE), place)
    program = shutil.which(shell.argv[0]) or shell.argv[0]
    change = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    argv = [*(change if user == "nobody" else ()), program, *shell.argv[1:], "-s"]
    begun = time.monotonic()
    done = subprocess.run(argv, input=script.encode(), capture_output=True, timeout=300, cwd="/")
    seconds = time.monotonic() - begun
    return Look(decode(done.stdout, NONCE), seconds, done.stdout.decode("utf-8", "replace"))


@contextmanager
def secretive(folder: str | Path) -> Iterator[int]:
    """The number of a process with SECRET in its arguments and, over several lines, in its
    environment."""
    environment = {"PATH": os.environ["PATH"], "PLANTED_KEY": f"-----BEGIN\n{SECRET}=1\nX={SECRET}"}
    program = "import sys; print('up', flush=True); sys.stdin.read()"
    arguments = ["--db-password", SECRET, f"postgres://u:{SECRET}@db/x", "two\nlines\tand tab", "ä"]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield process.pid
        process.kill()


def main() -> None:
    print(f"{'shell':<26}{'awk':<14}{'user':<8}{'ok':>5}{'partial':>9}{'missing':>9}{'seconds':>9}")
    for shell in SHELLS:
        for user in ("root", "nobody") if os.geteuid() == 0 else ("self",):
            with TemporaryDirectory() as folder:
                look = take(shell, folder, user)
            states = Counter(s.state for s in look.payload.sections.values())
            row = f"{shell.name:<26}{' '.join(shell.awk):<14}{user:<8}{states['ok']:>5}"
            row += f"{states['partial']:>9}{states['missing']:>9}{look.seconds:>9.1f}"
            print(f"{row}  {look.payload.problem}".rstrip())


if __name__ == "__main__":
    main()
