"""Packages with what several sections tell of them, and applications from carried files."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import facts
from planner.facts import repositories
from planner.model import Host, Section, Snapshot

RPM = (
    "nginx\t1:1.20.1-10.el7\tx86_64\tFedora Project\tnginx-1.20.1-10.el7.src.rpm\n"
    "openssl-libs\t1:1.0.2k-26.el7_9\tx86_64\tCentOS\topenssl-1.0.2k-26.el7_9.src.rpm\n"
    "local\t(none):1-1\tnoarch\t(none)\tlocal-1-1.src.rpm\n"
)


def host(**sections: str) -> Host:
    made = {name.replace("_", "-"): Section("ok", text) for name, text in sections.items()}
    return facts.read(
        Snapshot(1, "h", "seen", "2026-01-31T12:00:00Z", "constructed", sections=made)
    )


@pytest.mark.parametrize(
    ("reasons", "manual", "repository"),
    [
        ("user\tnginx\tepel\ndep\topenssl-libs\tbase\n", (None, True, False), "epel"),
        ("user\tnginx\t@epel\nweak dependency\tlocal\t\n", (False, True, None), "epel"),
        ("dependency\topenssl-libs\t\nuser\t*\t\n", (True, True, False), ""),
        ("group\tnginx\tbase\nclean\tlocal\t\n", (None, True, None), "base"),
    ],
    ids=["yum", "dnf5", "zypper", "untold"],
)
def test_who_asked_for_a_package(
    reasons: str, manual: tuple[bool | None, ...], repository: str
) -> None:
    found = host(rpm=RPM, reasons=reasons).packages.value or ()
    assert tuple(p.manual for p in found) == manual
    assert found[1].repository == repository


def test_reasons_are_not_taken_for_another_package_manager() -> None:
    dpkg = "nginx\t1.22.1-9\tall\t\tii \t\n"
    (nginx,) = host(dpkg=dpkg, reasons="dependency\t*\t\n").packages.value or ()
    assert nginx.manual is None


def test_where_apt_would_get_a_package() -> None:
    dpkg = "".join(f"{name}\t1\tall\t\tii \t\n" for name in ("curl", "nodejs", "own", "tool"))
    origins = (
        "curl\tDebian\tbookworm-security/main\tother\tdeb.example.org_debian_dists_bookworm_\n"
        "nodejs\t. nodistro\tnodistro/main\tversion\tdeb.example.com_node%5f20.x_dists_nodistro_\n"
        "own\t\t\tnone\t\n"
        "tool\t?\t?/.\tversion\trepo.example.com_local_._\n"
    )
    found = host(dpkg=dpkg, apt_origins=origins).packages.value or ()
    assert [(p.origin, p.suite, p.listed) for p in found] == [
        ("Debian", "bookworm-security/main", "other"),
        (". nodistro", "nodistro/main", "version"),
        ("", "", "none"),
        ("repo.example.com", "?/.", "version"),
    ]


def test_a_package_finds_its_repository() -> None:
    """The names of apt's lists are made from address and suite (apt's URItoFileName)."""
    text = (
        "F\t/etc/apt/sources.list.d/node.list\t644\t0\t0\t0\t0\n"
        "|deb [signed-by=/k.gpg] https://u:***@deb.example.com/node_20.x/ nodistro main\n"
    )
    (found,) = repositories.parse(text).value
    assert found.id == "deb.example.com_node%5f20.x_dists_nodistro_"
    assert found.signed_by == ("/k.gpg",)


def test_pools_of_php_come_from_carried_files() -> None:
    files = (
        "F\t/etc/php/8.2/fpm/pool.d/www.conf\t644\t0\t0\t0\t0\n"
        "|; comment = no\n|[global]\n|pid = /run/x\n|[www]\n|user = www-data\n"
        "|listen = /run/php/php8.2-fpm.sock\n|pm = dynamic\n|env[DB_PASSWORD] = ***\n"
        "F\t/etc/php/8.2/fpm/php.ini\t644\t0\t0\t0\t0\n|[www]\n|listen = no\n"
    )
    found = host(files=files, applications="A go\t/opt/x\t1\t1\n").applications.value or ()
    go, pool = found
    assert (go.kind, pool.kind, pool.name) == ("go", "php-pool", "www")
    assert pool.start == "/run/php/php8.2-fpm.sock"
    assert pool.details["pm"] == "dynamic"


def test_applications_are_unknown_where_nobody_looked() -> None:
    assert host().applications.unknown == "the snapshot has no such section"


SECTIONS = (
    "apt-origins",
    "reasons",
    "pacman",
    "pkg",
    "slackware",
    "repositories",
    "unowned",
    "runtimes",
    "applications",
    "certificates",
    "files",
)
CASES = Path(__file__).with_name("facts")
TEXTS = sorted(case.read_text() for s in SECTIONS for case in CASES.glob(f"{s}/*.txt"))
LINES = sorted({line for text in TEXTS for line in text.split("\n")})
HOSTILE = st.one_of(
    st.text(),
    st.lists(st.sampled_from(LINES) | st.text(max_size=9)).map("\n".join),
    st.lists(st.sampled_from(LINES), max_size=2).map("\t".join),
    st.sampled_from(LINES).map(lambda line: f"A node\t/x\t1\t1\nj {line}\n"),
    st.text(alphabet='\\ud8"{}[]0:,', max_size=20).map(lambda s: f"A node\t/x\t1\t1\nj {s}\n"),
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(SECTIONS), HOSTILE))
def test_whatever_a_machine_says(sections: dict[str, str]) -> None:
    msgspec.json.encode(host(**sections))


@pytest.mark.parametrize("name", [r"shop\ud800", "shop\u2028"])
def test_a_name_in_json_can_always_be_written(name: str) -> None:
    text = f'A node\t/srv/x\t9\t1\nj {{"name": "{name}", "dependencies": {{"{name}": "1"}}}}\n'
    (found,) = host(applications=text).applications.value or ()
    assert found.name.startswith("shop")
    msgspec.json.encode(found)


@pytest.mark.parametrize("filler", ["a", "a.", ": {", "$", "${", '"a', "= ", "[", "-"])
def test_time_grows_with_the_text_alone(filler: str) -> None:
    start = time.perf_counter()
    body = filler * (60_000 // len(filler))
    heads = ("/etc/pkg/x.conf", "/etc/apt/sources.list", "/etc/apt/x.sources", "/etc/x.repo")
    text = "".join(f"F\t{path}\t644\t0\t0\t0\t0\n|deb {body}\n" for path in heads)
    host(**{**dict.fromkeys(SECTIONS, body), "repositories": text})
    assert time.perf_counter() - start < 2
