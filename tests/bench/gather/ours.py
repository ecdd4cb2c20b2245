"""Run as a program: a whole gathering with the fixed payload in the collector's place.

Prints the wall time in seconds and the peak resident memory in KiB, its own and that of the
largest program that it started.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from planner.gather import gather
from planner.session import Options

from .payload import payload


def main() -> None:
    inventory, folder, forks, size = sys.argv[1:5]
    start = time.perf_counter()
    found = gather(
        Options(inventory=(inventory,), forks=int(forks)),
        Path(folder),
        lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        scripts=lambda nonce, seconds: [payload(nonce, int(size))],
    )
    seconds = time.perf_counter() - start
    # ru_maxrss of a program begins with that of the one that forked it.
    own = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
    started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(len(found.seen), seconds, own, started)


if __name__ == "__main__":
    main()
