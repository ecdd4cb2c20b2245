"""Packages from repositories of third parties: what the image is told of them, and what not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace
from ours import RULES

from planner import facts, store
from planner.change.names import build_folder, fetched
from planner.extract.wanted import list_script
from planner.imaging import archive, entries, logins, preferences
from planner.imaging.keys import keys
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
    title = files["hosts/third-parties/change.md"].split("\n")[0]
    assert "move 4 of 8 workloads" in title
    assert title.endswith("into containers, 4 without an image yet")


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
    found = keys(one, DEBIAN)
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


def told(tmp_path: Path, lines: str, origin: str, os: str = "debian 12", vendor: str = "") -> tuple[
    Image, str, str
]:  # fmt: skip
    """Image, Dockerfile and CARRIED.md of a machine with one daemon of one package, ``meterd``.

    ``lines``: of section repositories; ``origin``: of apt-origins, behind the name.
    """
    service = {"run": "/usr/bin/meterd", "package": f"meterd 1.0-1{vendor}", "user": "meter",
               "listen": [7600]}  # fmt: skip
    sections = {"repositories": lines}
    if origin:
        sections["apt-origins"] = f"meterd\t{origin}\n"
    case = tmp_path / "told.yaml"
    about = {"about": "x", "os": os, "held_out": False, "services": {"meter": service}}
    case.write_text(yaml.safe_dump(about | {"sections": sections}))
    plan = make_plan([kit.load(case).snapshot], RULES, as_of=None, version="0")
    files = {a.path: a.text for a in render(plan, store.templates())}
    (item,) = plan.hosts[0].workloads
    assert item.image is not None
    folder = build_folder(plan.hosts[0], item)
    return item.image, files.get(f"{folder}/Dockerfile", ""), files[f"{folder}/CARRIED.md"]


def entry(path: str, *text: str) -> str:
    head = f"F\t{path}\t644\t0\t0\t0\t0\n"
    return head + "".join(f"|{line}\n" for line in text)


OWN = entry("/etc/apt/sources.list", "deb http://mirror.example/debian bookworm main")
REPO = "/etc/yum.repos.d/board.repo"


def test_a_third_partys_repository_named_like_the_distribution_has_its_own_key(
    tmp_path: Path,
) -> None:
    lines = OWN + entry("/etc/apt/sources.list.d/nginx.list",
                        "deb http://nginx.org/packages/debian bookworm nginx")  # fmt: skip
    lines += entry("/etc/apt/trusted.gpg.d/nginx.gpg")
    lists = "nginx.org_packages_debian_dists_bookworm_"
    found, text, _ = told(tmp_path, lines, f"nginx\tbookworm/nginx\tversion\t{lists}")
    (source,) = found.sources
    assert "Signed-By: /etc/apt/trusted.gpg.d/nginx.gpg" in source.text
    assert "rootfs/etc/apt/trusted.gpg.d/nginx.gpg" in text
    assert "came from http://nginx.org/packages/debian bookworm" in text


@pytest.mark.parametrize(
    ("url", "component", "origin", "own"),
    [
        ("http://deb.debian.org/debian", "main", "", True),
        ("http://security.debian.org/", "main", "", True),
        ("http://ftp.de.debian.org/debian/", "main", "", True),
        ("http://mirror.example/debian", "main", "", True),
        ("http://mirror.example/any", "main", "Debian Backports", True),
        ("http://mirror.example/debian", "main", "Firm", False),
        ("http://debian.org.example/debian", "stable", "", False),
        ("https://download.docker.com/linux/debian", "stable", "", False),
        ("https://packages.gitlab.com/gitlab/gitlab-ce/debian", "main", "", False),
        ("https://repos.influxdata.com/debian", "stable", "", False),
        ("https://packagecloud.io/shop/app/debian", "main", "", False),
        ("https://people.debian.org/~a", "main", "", False),
    ],
)
def test_which_entries_are_the_distributions(
    url: str, component: str, origin: str, own: bool
) -> None:
    one = Repository("a_", "apt", url, suites=("bookworm",), components=(component,))
    packages = [Package("a", "1", repository="a_", origin=origin)]
    assert archive.is_own(DEBIAN, one, packages) == own


@pytest.mark.parametrize(("os", "code"), [("debian 11", "bullseye"), ("debian 13", "trixie")])
def test_other_components_are_added_to_the_base_images_own_entries(
    tmp_path: Path, os: str, code: str
) -> None:
    lines = entry("/etc/apt/sources.list", f"deb http://deb.debian.org/debian {code} main non-free")
    lists = f"deb.debian.org_debian_dists_{code}_"
    found, text, carried = told(tmp_path, lines, f"Debian\t{code}/non-free\tversion\t{lists}", os)
    assert not found.problems
    assert "Signed-By" not in text
    assert f"came from non-free of Debian {code}" in carried
    lines_of = text.split("\n")
    start = next(n for n, line in enumerate(lines_of) if line.startswith("RUN set -eu; \\")
                 and "debian.sources" in lines_of[n + 1])  # fmt: skip
    folder = tmp_path / "apt"
    (folder / "sources.list.d").mkdir(parents=True)
    script = "\n".join(lines_of[start : start + 5])[4:].replace("/etc/apt/", f"{folder}/")
    (folder / "sources.list").write_text(f"# deb a\ndeb http://deb.debian.org/debian {code} main\n")
    subprocess.run(["sh", "-c", script], check=True)
    (folder / "sources.list.d/debian.sources").write_text("Types: deb\nComponents: main\n")
    subprocess.run(["sh", "-c", script], check=True)
    assert (folder / "sources.list").read_text().split("\n")[:2] == [
        "# deb a", f"deb http://deb.debian.org/debian {code} main non-free"]  # fmt: skip
    stanza = (folder / "sources.list.d/debian.sources").read_text()
    assert stanza == "Types: deb\nComponents: main non-free\n"


def test_a_component_that_a_machine_made_up_is_in_no_command(tmp_path: Path) -> None:
    lines = entry("/etc/apt/sources.list", "deb http://deb.debian.org/debian bookworm main x/e;id")
    lists = "deb.debian.org_debian_dists_bookworm_"
    found, text, _ = told(tmp_path, lines, f"Debian\tbookworm/x/e;id\tversion\t{lists}")
    assert not any(s.adds for s in found.sources)
    assert "sed -i" not in text


def test_preferences_name_the_packages_also_where_the_list_has_newer_ones(tmp_path: Path) -> None:
    lines = OWN + entry("/etc/apt/sources.list.d/b.list",
                        "deb http://mirror.example/debian bookworm-backports main")  # fmt: skip
    lists = "mirror.example_debian_dists_bookworm-backports_"
    found, text, _ = told(
        tmp_path, lines, f"Debian Backports\tbookworm-backports/main\tother\t{lists}"
    )
    assert found.sources[0].preferences[0] == "Package: meterd"
    assert "'Package: '" not in text


def test_no_preferences_of_nothing() -> None:
    assert (
        list(preferences.only(machine("third-parties"), Repository("x", "apt", ""), "x", [])) == []
    )


@pytest.mark.parametrize(
    ("url", "login"),
    [
        (f"https://packagecloud.io/priv/{'0a' * 24}/shop/app/debian", True),
        ("https://packagecloud.io/shop/app/debian", False),
        ("https://packagecloud.io/priv/short/shop/app/debian", True),
        ("https://dl.cloudsmith.io/Ab3dEf9hIjKlMn0p/shop/app/deb/debian", True),
        ("https://dl.cloudsmith.io/public/shop/app/deb/debian", False),
        (f"https://a.example/{'0a' * 16}/deb", True),
        ("https://a.example/x?token=0123abcdef", True),
        ("https://a.example/x?repo=epel-$releasever&arch=$basearch", False),
        ("HTTPS://tok3n@a.example/x", True),
        ("https://a.example/x?a=user@b", False),
        ("https://u:***@a.example/key", True),
        ("https://mirrors.fedoraproject.org/metalink?repo=epel-9&arch=x86_64&infra=$infra", False),
    ],
)  # fmt: skip
def test_logins_within_an_address(url: str, login: bool) -> None:
    assert logins.within(url) == login
    one = Repository("a", "rpm", "https://a.example", signed_by=(url,))
    assert ("holds a login" in keys(one, OS("rocky", "9", family="rhel")).problem) == login
    one = Repository("a", "rpm", url, signed_by=("https://a.example/key",))
    assert (entries.against(one) == logins.LOGIN) == login


@pytest.mark.parametrize(
    "lines",
    [
        ("baseurl=https://b.example", "gpgkey=https://reader-Tok3n@b.example/gpg.key"),
        ("baseurl=HTTPS://reader-Tok3n@b.example",),
        ("baseurl=https://b.example/priv/?token=reader-Tok3n",),
    ],
)
def test_a_login_is_written_nowhere(tmp_path: Path, lines: tuple[str, ...]) -> None:
    text = entry(REPO, "[board]", "gpgcheck=1", *lines)
    found, dockerfile, carried = told(tmp_path, text, "", "rocky 9", ".el9 Firm")
    assert "login" in " ".join(found.problems)
    assert dockerfile == ""
    assert "Tok3n" not in carried + " ".join(found.problems)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("baseurl=https://b.example/$stage/el9",), "$stage of dnf is not known"),
        (("baseurl=https://b.example/el9", "gpgkey=https://b.example/${stage}.key"), "$stage"),
        (("baseurl=https://b.example/$releasever/$basearch/$infra",), ""),
        (("baseurl=https://b.example/${releasever}",), ""),
    ],
)
def test_own_variables_of_dnf(tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    text = entry(REPO, "[board]", "gpgcheck=0", *lines)
    found, dockerfile, _ = told(tmp_path, text, "", "rocky 9", ".el9 Firm")
    assert bool(found.problems) == bool(said)
    assert said in " ".join(found.problems)
    assert bool(dockerfile) != bool(said)


@pytest.mark.parametrize(
    ("os", "lines", "origin", "said"),
    [
        ("debian 12", entry("/etc/apt/sources.list", "deb [trusted=yes] http://n.example/x s main"),
         "N\ts/main\tversion\tn.example_x_dists_s_", "anybody on the way to n.example can put"),
        ("debian 12",
         entry("/etc/apt/sources.list", "deb [trusted=yes] https://n.example/x s main"),
         "N\ts/main\tversion\tn.example_x_dists_s_", "whoever gets into n.example can put"),
        ("rocky 9", entry(REPO, "[board]", "baseurl=http://n.example", "gpgcheck=0"), "",
         "anybody on the way to n.example can put"),
    ],
)  # fmt: skip
def test_unchecked_signatures_are_said(
    tmp_path: Path, os: str, lines: str, origin: str, said: str
) -> None:
    vendor = "" if origin else ".el9 Firm"
    _, dockerfile, carried = told(tmp_path, lines, origin, os, vendor)
    assert said in dockerfile
    assert said in carried


def test_keys_for_all_of_apt_are_said_to_be_so(tmp_path: Path) -> None:
    lines = OWN + entry("/etc/apt/sources.list.d/n.list", "deb http://n.example/x s main")
    for path in ("/etc/apt/trusted.gpg", "/etc/apt/trusted.gpg.d/docker.gpg",
                 "/etc/apt/trusted.gpg~", "/etc/apt/trusted.gpg.d/odd name.gpg"):  # fmt: skip
        lines += entry(path)
    origin = "N\ts/main\tversion\tn.example_x_dists_s_"
    found, _, carried = told(tmp_path, lines, origin)
    (source,) = found.sources
    assert [f.path for f in source.files] == [
        "/etc/apt/trusted.gpg", "/etc/apt/trusted.gpg.d/docker.gpg"]  # fmt: skip
    assert "trusted by the machine for all of apt, so for n.example, too: keep the right" in carried
    assert "not taken of its keys: /etc/apt/trusted.gpg~" in source.reason
    assert "No file of the machine but the keys and preferences below." in carried


@pytest.mark.parametrize(
    ("os", "path", "id", "enabled", "on"),
    [
        ("rocky 9", "/etc/yum.repos.d/rocky.repo", "crb", 1, True),
        ("rocky 9", "/etc/yum.repos.d/rocky.repo", "crb", 0, False),
        ("rocky 9", "/etc/yum.repos.d/rocky.repo", "appstream", 1, False),
        ("rocky 9", "/etc/yum.repos.d/firm.repo", "crb", 1, False),
        ("alma 8", "/etc/yum.repos.d/almalinux-powertools.repo", "powertools", 1, True),
    ],
)
def test_what_the_base_image_has_switched_off_is_switched_on(
    tmp_path: Path, os: str, path: str, id: str, enabled: int, on: bool
) -> None:
    text = entry(path, f"[{id}]", "mirrorlist=https://m.example/x", f"enabled={enabled}")
    _, dockerfile, carried = told(tmp_path, text, "", os, ".el9 Rocky")
    assert (f"dnf install -y --enablerepo={id} " in dockerfile) == on
    assert (f"may be in {id}" in carried) == on


def test_a_link_among_the_keys_of_apt_is_no_key_that_was_seen() -> None:
    part = Path(__file__).parent.parent / "planner/gather/collector/50-packages.sh"
    (line,) = [line for line in part.read_text().split("\n") if '$5 > 0 && ($1 == "f"' in line]
    rows = [f"{kind}\t644\t0\t0\t9\t0\t{path}" for kind in "fl"
            for path in ("/etc/apt/trusted.gpg.d/a.gpg", "/etc/apk/keys/a.pub")]  # fmt: skip
    program = f"function escape(s) {{ return s }}\n{line.strip().removesuffix(chr(39))}"
    done = subprocess.run(["awk", "-F", "\t", program], input="\n".join(rows), text=True,
                          capture_output=True, check=True)  # fmt: skip
    assert [row.split("\t")[1] for row in done.stdout.splitlines()] == [
        "/etc/apt/trusted.gpg.d/a.gpg", "/etc/apk/keys/a.pub", "/etc/apk/keys/a.pub"]  # fmt: skip


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
