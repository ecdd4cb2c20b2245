"""Masking happens on the machine, in awk: every awk that is there must mask alike."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from conftest import Golden
from hostkit import host, unit
from hypothesis import given, settings
from hypothesis import strategies as st
from shells import AWK_COMMANDS as AWKS

from planner.service import directives, environment
from planner.service.plain import plain
from planner.service.view import Service, commands
from planner.session.script import mask_program

CASES = Path(__file__).parent / "gather" / "masking"


def mask(awk: list[str], call: str, text: str) -> str:
    program = mask_program() + "{ print " + call + "($0) } END { print MASKED + 0 }"
    done = subprocess.run([*awk, program], input=text.encode(), capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.decode()


@pytest.mark.parametrize("awk", AWKS, ids="-".join)
def test_ordinary_text_stays_as_it_is(awk: list[str]) -> None:
    text = (CASES / "ordinary.txt").read_text()
    assert mask(awk, "mask_text", text) == text + "0\n"


@pytest.mark.parametrize("awk", AWKS, ids="-".join)
def test_secrets_in_text_are_masked(awk: list[str], golden: Golden) -> None:
    masked = mask(awk, "mask_text", (CASES / "secrets.in").read_text())
    assert "S3cr3t" not in masked
    golden(CASES / "secrets.out", masked)


@pytest.mark.parametrize("awk", AWKS, ids="-".join)
def test_secrets_in_arguments_are_masked(awk: list[str], golden: Golden) -> None:
    lines = []
    for command in (CASES / "arguments.in").read_text().splitlines():
        arguments = "".join(f"{argument}\n" for argument in shlex.split(command))
        lines.append(shlex.join(mask(awk, "mask_arg", arguments).splitlines()[:-1]))
    masked = "".join(f"{line}\n" for line in lines)
    assert "S3cr3t" not in masked
    golden(CASES / "arguments.out", masked)


NAMES = st.sampled_from(
    ["password", "DB_PASSWORD", "apiKey", "client_secret", "auth.token", "REDIS_PASS", "userPwd"]
)
# without & ; and , : in a list of NAME=value they separate, and nobody can tell
VALUES = st.text(st.sampled_from("abXY09+/=!#$%*(){}[]<>?.:~^|@-_"), min_size=6, max_size=24)
SHAPES = st.sampled_from(
    ["{n}={v}", "{n}: {v}", 'x {n}="{v}"', "{n} = '{v}'", '"{n}": "{v}",', "--{n}={v}", "--{n} {v}"]
)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(SHAPES, NAMES, VALUES), min_size=30, max_size=60))
def test_a_made_up_secret_does_not_survive(cases: list[tuple[str, str, str]]) -> None:
    # a core of letters and digits makes sure that no value is a reference, a path or a word
    lines = [shape.format(n=name, v=f"Q7z{value}k9") for shape, name, value in cases]
    masked = mask(["awk"], "mask_text", "".join(f"{line}\n" for line in lines)).splitlines()
    for line, left in zip(lines, masked[:-1], strict=True):
        assert "Q7z" not in left, line
        assert "k9" not in left, line


@pytest.mark.parametrize(
    "value",
    [
        "", "yes", "42", "0.75", "/var/lib/app/Data2/Releases17/current", "en_US.UTF-8",
        "Europe/Zurich", "127.0.0.1:8080", "::1", "production",
        "a@example.org", "-Xmx512m -Djava.awt.headless=true -XX:+UseG1GC",
        "-Dapp.home=/opt/app --server.port=8080", "http://127.0.0.1:8200/v1", "shop-web-01.example",
        "localhost,127.0.0.1,*.internal", "1,2,3",
        "-Dhudson.model.DirectoryBrowserSupport.CSP=", "java-17-openjdk-amd64",
    ],
)  # fmt: skip
def test_an_ordinary_value_is_plain(value: str) -> None:
    assert plain(value)


@pytest.mark.parametrize(
    "value",
    [
        "d41d8cd98f00b204e9800998ecf8427e", "550e8400-e29b-41d4-a716-446655440000",
        "wJalrXUtnFEMI7K7MDENG", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aGVsbG8gd29ybGQ=",
        "x" * 41, "hun$ter2", 'hun"ter2', "a8f5f167f44f4964e6c9", "--flag Xk29fLq0Zp3vTn8wRb",
        "https://example.org/hook/Xk29fLq0Zp3vTn8wRb", "/opt/Xk29fLq0Zp3vTn8wRb", "{\"a\": 1}",
        "exporter:horse@localhost/db", "--data-source=u:pw@h/db", "mysql://u:pw@h/db",
    ],
)  # fmt: skip
def test_what_may_be_a_secret_is_not_plain(value: str) -> None:
    assert not plain(value)


EXPANDED = 'DB_PASSWORD=$DB_PASSWORD\nDB_PASSWORD="${DB_PASSWORD}"\n'


UNIT = """[Service]
ExecStart=/usr/bin/app --listen $ADDRESS --id ${INSTANCE}
Environment=MODE=live INSTANCE=Xk29fLq0Zp3vTn8wRb
Environment=ADDRESS=127.0.0.1:80
SetCredential=app:word
"""


def test_a_random_value_under_an_innocent_name_stays_out_of_the_plan() -> None:
    app = unit("app.service", UNIT)
    service = Service(host(), "app", app)
    entries, _, unknowns = environment.of_unit(service)
    assert {e.name: (e.value, e.secret) for e in entries} == {
        "ADDRESS": ("127.0.0.1:80", False),
        "INSTANCE": ("", True),
        "MODE": ("live", False),
    }
    assert ["INSTANCE in app.service may be a secret" in u for u in unknowns] == [True]
    values = [d.value for d in directives.fates(service, {})]
    assert values[1:] == ["MODE=live INSTANCE=***", "ADDRESS=127.0.0.1:80", "app:***"]
    assert "Xk29" not in repr(commands(service, "ExecStart"))


@pytest.mark.parametrize("awk", AWKS, ids="-".join)
def test_a_reference_counts_only_where_a_shell_expands_it(awk: list[str]) -> None:
    script = f"#!/bin/sh\n{EXPANDED}"
    assert mask(awk, "mask_text", script) == script + "0\n"
    assert mask(awk, "mask_text", EXPANDED) == 'DB_PASSWORD=***\nDB_PASSWORD="***"\n2\n'


@pytest.mark.parametrize("awk", AWKS)
def test_no_line_keeps_the_mask_busy(awk: list[str]) -> None:
    """Lines that made a pattern try every way to split them; the limit is a hundred times more
    than they take."""
    lines = [
        f"{'#' * 80} KEYS TRACKING {'#' * 80}",
        f"{'$@;' * 60} API_KEY= {'$@;' * 60}",
        f"{'- ' * 200}password: {'a.' * 400}x",
        f"SECRET_KEY={'1.' * 500}!",
        f"{'a-b.' * 300}KEY={'a-b.' * 300}!",
        f"{'a:b' * 600}@ {'a:b@c ' * 200} {'a:' * 600}@tcp",
    ]
    program = mask_program() + "{ print mask_text($0) }"
    subprocess.run(
        [*awk, program],
        input="\n".join(lines).encode(),
        capture_output=True,
        check=True,
        timeout=20,
    )
