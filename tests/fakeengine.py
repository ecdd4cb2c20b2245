"""An engine that only keeps books, in files below $FAKE_ENGINE: what was made, labelled, removed.
$FAKE_KIND names it: podman or docker.

Inside of its containers is the machine that the test runs on: ``exec`` runs there."""

import json
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path

BOOKS = Path(os.environ["FAKE_ENGINE"])


def main(words: list[str]) -> int:
    with (BOOKS / "log").open("a") as log:
        log.write(" ".join(words) + "\n")
    if words[0] in ("volume", "network"):
        return thing(words[0], words[1], words[2:])
    return CONTAINER[words[0]](words[1:])


def thing(kind: str, verb: str, words: list[str]) -> int:
    folder = BOOKS / kind
    if verb == "create":
        (folder / words[-1]).write_text(option(words, "--label"))
    elif verb == "ls":
        listed(folder, words)
    elif verb == "inspect":
        if not (folder / words[-1]).exists():
            return 1
        print(json.dumps([{"internal": not os.environ.get("FAKE_OPEN")}]))
    elif verb == "rm":
        for name in words:
            (folder / name).unlink(missing_ok=True)
    return 0


def listed(folder: Path, words: list[str]) -> int:
    wanted = option(words, "--filter").removeprefix("label=")
    print(*(p.name for p in folder.iterdir() if p.read_text() == wanted), sep="\n")
    return 0


def option(words: list[str], name: str) -> str:
    return words[words.index(name) + 1] if name in words else ""


def run(words: list[str]) -> int:
    if os.environ.get("FAKE_UNBUILT"):
        print("no such image", file=sys.stderr)
        return 125
    if "-d" in words:
        name = option(words, "--name")
        (BOOKS / "container" / name).write_text(option(words, "--label"))
        print(name)
    elif any("/proc/net/route" in word for word in words):
        print(tables(words))
    elif (mount := option(words, "-v")).rpartition(":")[0].endswith(":/secrets"):
        folder = mount.partition(":")[0]
        if "chown" not in words[words.index("-c") + 1]:
            if os.environ.get("FAKE_NO_SHELL"):
                print("sh: not found", file=sys.stderr)
                return 127
            return subprocess.run(["sh", "-c", *inside(words, "/secrets", folder)]).returncode
    elif os.environ.get("FAKE_HANGS"):
        (BOOKS / "hangs").touch()
        time.sleep(60)
    else:
        beside(words)
    return 0


def tables(words: list[str]) -> str:
    """Routes as a container sees them; on the network of the machine, as that one does."""
    if option(words, "--network") == "host":
        return f"Iface\n{os.environ.get('FAKE_HOST_ROUTE', '')}\n=\n0\n"
    return f"Iface\n{os.environ.get('FAKE_ROUTE', '')}\n=\n"


def inside(words: list[str], path: str, folder: str) -> list[str]:
    return [word.replace(path, folder, 1) for word in words[words.index("-c") + 1 :]]


def build(words: list[str]) -> int:
    if os.environ.get("FAKE_UNBUILT"):
        sys.stdin.buffer.read()
        print("exit status 100", file=sys.stderr)
        return 1
    if words[-1] == "-":
        with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as context:
            names = " ".join(sorted(context.getnames()))
        with (BOOKS / "log").open("a") as log:
            log.write(f"context {names}\n")
    return 0


def beside(words: list[str]) -> None:
    """A container that only looks at one volume: at the folder that FAKE_VOLUME names."""
    text = sys.stdin.buffer.read()
    folder = os.environ.get("FAKE_VOLUME", "")
    if folder and "-s" in words:
        subprocess.run(["sh", "-s"], input=text.replace(b"\t/to", b"\t" + folder.encode()))


def wait(words: list[str]) -> int:
    """The container ends; before it did, it wrote a file."""
    if folder := os.environ.get("FAKE_VOLUME"):
        (Path(folder) / "report.csv").write_text("1\n")
    print(os.environ.get("FAKE_STATUS", "0"))
    return 0


def logs(words: list[str]) -> int:
    print(os.environ.get("FAKE_LOG", ""))
    return 0


def remove(words: list[str]) -> int:
    for name in words:
        (BOOKS / "container" / name).unlink(missing_ok=True)
    return 0


def inspect(words: list[str]) -> int:
    there = (BOOKS / "container" / words[-1]).exists()
    print("running" if there else "")
    return 0 if there else 1


def version(words: list[str]) -> int:
    kind = os.environ.get("FAKE_KIND", "podman")
    print("Docker version 20.10.24, build 1" if kind == "docker" else f"{kind} version 4.3.1")
    return 0


def server(words: list[str]) -> int:
    if os.environ.get("FAKE_DOWN"):
        print("Cannot connect to the Docker daemon. Is it running?", file=sys.stderr)
        return 1
    print("20.10.24")
    return 0


def info(words: list[str]) -> int:
    print(os.environ.get("FAKE_INFO", 'false false {"gidmap":null,"uidmap":null}'))
    return 0


CONTAINER = {
    "--version": version,
    "version": server,
    "context": lambda words: print(os.environ.get("FAKE_PLACE", "unix:///run/docker.sock")) or 0,
    "info": info,
    "build": build,
    "run": run,
    "ps": lambda words: listed(BOOKS / "container", words),
    "rm": remove,
    "inspect": inspect,
    "image": lambda words: print("4096") or 0,
    "exec": lambda words: subprocess.run(words[2:] if words[0] == "-i" else words[1:]).returncode,
    "wait": wait,
    "logs": logs,
    "diff": lambda words: print("C /run\nA /run/app.pid") or 0,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
