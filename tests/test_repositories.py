"""Packages from repositories of third parties: what the image is told of them, and what not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from ours import RULES

from planner import facts, store
from planner.change.names import build_folder, fetched
from planner.extract.wanted import list_script
from planner.imaging import entries, preferences
from planner.imaging.sources import sources
from planner.imaging.whence import BASE, whence
from planner.model import (
    OS,
    Copy,
    Host,
    HostPlan,
    Image,
    Package,
    Pin,
    Repository,
    TextFile,
    Workload,
)
from planner.plan import make_plan
from planner.render import render
from planner.session.framing import decode
from tests.judgement import kit

KINDS = Path(__file__).parent / "kinds"
NONCE = "0123456789abcdef0123456789abcdef"
DEBIAN = OS("debian", "12", "bookworm", family="debian")
PUBLIC = b"\x98\x33\x04"


def planned(case: str) -> tuple[HostPlan, dict[str, str]]:
    machine = kit.load(KINDS / f"{case}.yaml")
    plan = make_plan([machine.snapshot], RULES, as_of=None, version="0")
    return plan.hosts[0], {a.path: a.text for a in render(plan, store.templates())}


def image(host: HostPlan, name: str) -> Image:
    found = next(i.image for i in host.workloads if i.workload.name == name)
    assert found is not None
    return found


def machine(case: str) -> Host:
    return facts.read(kit.load(KINDS / f"{case}.yaml").snapshot)


@pytest.mark.parametrize(
    ("case", "name", "said"),
    [
        ("third-parties", "vaultd", "asks for a login"),
        ("third-parties", "relay", "on the machine itself"),
        ("third-parties", "meter", "its key, /usr/share/keyrings/meter.gpg, was not seen"),
        ("third-parties", "stamp", "no repository of the machine has stampd 0.9-1"),
        ("third-parties-rocky", "vaultd", "asks for a login"),
    ],
)
def test_what_would_stop_the_build_is_said_and_no_dockerfile_written(
    case: str, name: str, said: str
) -> None:
    host, files = planned(case)
    (problem,) = image(host, name).problems
    item = next(i for i in host.workloads if i.workload.name == name)
    assert said in problem
    assert f"{build_folder(host, item)}/Dockerfile" not in files
    assert said.split(",")[0] in files[f"{build_folder(host, item)}/CARRIED.md"]
    assert "shop:" not in problem


@pytest.mark.parametrize("case", ["third-parties", "third-parties-rocky"])
def test_hadolint_has_nothing_to_say(case: str, tmp_path: Path) -> None:
    _, files = planned(case)
    found = []
    for path, text in files.items():
        if path.endswith("/Dockerfile"):
            found.append(tmp_path / path.replace("/", "-"))
            found[-1].write_text(text)
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, "--no-color", *found], capture_output=True, text=True)
    assert len(found) >= 3
    assert (done.stdout, done.returncode) == ("", 0)


def test_extract_fetches_keys_and_preferences_once() -> None:
    host, files = planned("third-parties")
    item = next(i for i in host.workloads if i.workload.name == "desk")
    wanted = [(c.path, c.kind) for c in fetched(item).copies if c.kind != "application"]
    assert wanted == [
        ("/usr/share/keyrings/nodesource.gpg", "key"),
        ("/etc/apt/preferences.d/nodejs", "config"),
    ]
    (listed,) = [line for line in files["hosts/third-parties/change.md"].split("\n")
                 if "deb.nodesource.com" in line]  # fmt: skip
    assert "public keys come with the first command" in listed


def test_the_libraries_of_another_runtime_are_not_installed_by_a_stage() -> None:
    host, _ = planned("third-parties")
    (found,) = image(host, "desk").dependencies
    assert not found.built


@pytest.mark.parametrize(
    ("package", "repository"),
    [
        (Package("a", "1-1", origin="Debian", suite="bookworm/main", listed="version"), ""),
        (Package("a", "1-1", origin="Debian", suite="bookworm-security/main", listed="other"), ""),
        (Package("a", "1-1", origin="Debian", suite="bookworm/non-free", listed="version",
                 repository="d_"), "d_"),
        (Package("a", "1-1nodesource1", origin="Debian", suite="bookworm/main", listed="other"),
         "n_"),
        (Package("a", "1-1nodesource1", listed="none"), "n_"),
        (Package("a", "1:10.11+maria~deb12", listed=""), "m_"),
    ],
)  # fmt: skip
def test_where_a_package_came_from(package: Package, repository: str) -> None:
    every = (
        Repository("d_", "apt", "http://deb.example/debian", suites=("bookworm",)),
        Repository("n_", "apt", "https://deb.nodesource.com/x", suites=("nodistro",)),
        Repository("m_", "apt", "https://mirror.mariadb.org/x", suites=("bookworm",)),
    )
    host = machine("third-parties")
    told = replace(host, repositories=replace(host.repositories, value=every))
    found = whence(told, package)
    assert [r.id for r in found.repositories] == ([repository] if repository else [])
    assert (found == BASE) == (not repository)


def test_fixes_of_a_subscription_need_no_repository() -> None:
    ubuntu = OS("ubuntu", "20.04", "focal", family="debian")
    package = Package("nginx", "1.18.0-0ubuntu1.7", origin="UbuntuESM", listed="version",
                      suite="focal-infra-security/main", repository="esm_")  # fmt: skip
    host = machine("third-parties")
    assert whence(replace(host, os=replace(host.os, value=ubuntu)), package) == BASE


def test_a_login_beside_the_entry_is_found() -> None:
    host = machine("third-parties")
    path = "/etc/apt/auth.conf.d/node.conf"
    for said, problem in (("machine deb.nodesource.com login shop password ***", True),
                          ("machine deb.nodesource.com.example login shop", False)):  # fmt: skip
        texts = {**(host.files.value or {}), path: TextFile(path, said)}
        told = replace(host, files=replace(host.files, value=texts))
        wanted = Workload("h/a", "h", "a", "service", "A", "running",
                          packages=(Pin("nodejs", "18", "nodejs=18.19.*", "runs it"),))  # fmt: skip
        found = sources(told, wanted, "debian")
        assert bool(found.problems) == problem
        assert bool(found.sources) != problem


def test_what_is_not_told_is_said() -> None:
    host = machine("third-parties")
    found = whence(host, Package("a", "1-1"))
    assert "was not told" in found.unknown
    assert not found.repositories
    assert not found.problem


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/root/repository.gpg", "in no place that keys are fetched from"),
        ("/usr/share/keyrings/../../../etc/shadow", "in no place that keys are fetched from"),
        ("/usr/share/keyrings/a/b.gpg", "in no place that keys are fetched from"),
        ("/usr/share/keyrings/grafana.key", "stays on the machine"),
        ("http://a.example/key", "in no place that keys are fetched from"),
        ("/usr/share/keyrings/a.gpg", ""),
    ],
)
def test_only_public_keys_of_their_folders_are_asked_for(path: str, said: str) -> None:
    seen = ("/usr/share/keyrings/a.gpg", "/root/repository.gpg", "/usr/share/keyrings/grafana.key")
    one = Repository("a", "apt", "http://a.example", signed_by=(path,), seen=seen)
    found = entries.keys(one, DEBIAN)
    assert said in found.problem if said else not found.problem
    assert found.copied == (() if said else (path,))


@pytest.mark.parametrize(
    "url",
    ["http://localhost/x", "http://127.0.0.1:3142/x", "cdrom:[Debian]/", "https://a:***@b.example",
     "tor+http://a.example", "http://a.example/x'y"],
)  # fmt: skip
def test_addresses_that_no_build_can_use(url: str) -> None:
    one = Repository("a", "apt", url, suites=("x",), login="@" in url)
    assert entries.against(one)


def test_preferences_with_secrets_or_of_others_stay() -> None:
    host = machine("third-parties")
    pin = "Package: nodejs\nPin: origin deb.nodesource.com\nPin-Priority: 600\n"
    texts = {
        path: TextFile(path, text, masked=masked)
        for path, text, masked in (
            ("/etc/apt/preferences", "# nodejs\nPackage: vim\nPin: version 9*\n", 0),
            ("/etc/apt/preferences.d/a", pin, 0),
            ("/etc/apt/preferences.d/b", pin, 1),
            ("/etc/apt/preferences.d/c.bak", pin, 0),
        )
    }
    told = replace(host, files=replace(host.files, value=texts))
    one = Repository("n", "apt", "https://deb.nodesource.com/node_18.x", suites=("nodistro",))
    found = preferences.files(told, one, [Package("nodejs", "18")])
    assert [c.path for c in found] == ["/etc/apt/preferences.d/a"]
    assert "/etc/apt/preferences.d/b" in preferences.unseen(told)


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (PUBLIC, ""),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n", ""),
        (b"\x94\x58\x04", "does not begin as public keys do"),
        (b"\xc5\x58\x04", "does not begin as public keys do"),
        (b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ==\n", "private key inside"),
        (b"", "does not begin as public keys do"),
    ],
)
def test_a_private_key_stays_on_the_machine(tmp_path: Path, content: bytes, left: str) -> None:
    key = tmp_path / "a.gpg"
    key.write_bytes(content)
    wanted = Workload("h/a", "h", "a", "service", "A", "running",
                      copies=(Copy(str(key), "key", "signs"),))  # fmt: skip
    done = subprocess.run(["sh"], input=list_script([wanted], NONCE).encode(), capture_output=True)
    section = decode(done.stdout, NONCE).sections["tree-0"]
    assert section.text.startswith("K\t" if not left else ("X\t", ""))
    assert left in section.text + section.reason


def test_a_key_behind_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(PUBLIC)
    (tmp_path / "a.gpg").symlink_to("other")
    wanted = Workload("h/a", "h", "a", "service", "A", "running",
                      copies=(Copy(f"{tmp_path}/a.gpg", "key", "signs"),))  # fmt: skip
    done = subprocess.run(["sh"], input=list_script([wanted], NONCE).encode(), capture_output=True)
    section = decode(done.stdout, NONCE).sections["tree-0"]
    assert section.text == ""
    assert "from a file only" in section.reason
