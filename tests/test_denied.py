"""Names of files that hold secrets: the planner's list against the one that runs on machines."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.service import denied
from planner.session.script import mask_program

AWK = shutil.which("mawk") or shutil.which("awk") or "awk"
FOLDERS = (
    "/etc", "/etc/nginx", "/etc/ssl", "/etc/ssl/private", "/etc/pki/tls/private", "/etc/sudoers.d",
    "/etc/letsencrypt/live/www", "/etc/letsencrypt/archive/www", "/etc/wireguard", "/etc/security",
    "/etc/NetworkManager/system-connections", "/root/.ssh", "/home/a/.aws", "/opt/x/.docker",
    "/home/a/.config/gcloud", "/root/.gnupg/private-keys-v1.d", "/opt/shop", "/etc/mosquitto",
)  # fmt: skip
NAMES = (
    "shadow", "gshadow-", "opasswd", "sudoers", "ssh_host_rsa_key", "ssh_host_rsa_key.pub",
    "id_rsa",
    "id_rsa.pub", "www.key", "WWW.KEY", "store.p12", "a.jks", "b.keystore", "fullchain.pem", "gh",
    "chain1.pem", "cert.pem", "privkey.pem", "wg0.conf", "office.nmconnection", ".netrc", ".pgpass",
    ".my.cnf", ".npmrc", "credentials", "credentials.json", "authorized_keys", "htpasswd", "x.env",
    ".htpasswd-old", "users.htpasswd", "sasl_passwd", "sasl_passwd.db", "passwords", "secrets.yaml",
    "secrets.py", "token.secret", ".env", ".env.local", "nginx.conf", "passwd.client", "pwfile",
    "userlist.txt", "passwd", "application.properties", "server.crt", ".erlang.cookie", "keyboard",
    "secretary.txt", "x\n.key", "environment", "tls.key", "rndc.key",
)  # fmt: skip


def on_the_machine(paths: list[str]) -> list[bool]:
    program = mask_program() + (
        'BEGIN { RS = "\\001" } { sub(/\\n$/, ""); print (deny_reason($0) == "" ? 0 : 1) }'
    )
    done = subprocess.run(
        [AWK, program], input="\001".join(paths), capture_output=True, text=True, check=True
    )
    return [line == "1" for line in done.stdout.splitlines()]


def agree(paths: list[str]) -> None:
    for path, kept in zip(paths, on_the_machine(paths), strict=True):
        assert bool(denied.kept_back(path)) == kept, path
        assert denied.reason(path) or not kept, path


def test_both_lists_agree() -> None:
    agree([f"{folder}/{name}" for folder in FOLDERS for name in NAMES if "\n" not in name])


PIECES = st.sampled_from(
    [*(n for n in NAMES if "\n" not in n), *".-_", "key", "pem", "db", "old", "my", "Secret", "0"]
)


@settings(deadline=None, max_examples=15)
@given(
    st.lists(
        st.tuples(st.sampled_from(FOLDERS), st.lists(PIECES, min_size=1, max_size=4).map("".join)),
        min_size=60,
        max_size=120,
    )
)
def test_made_up_names_agree(parts: list[tuple[str, str]]) -> None:
    agree([f"{folder}/{name}" for folder, name in parts])


@pytest.mark.parametrize(
    "name",
    [
        "passwd",
        "my.users",
        "db-password.txt",
        "shadow.bak",
        "client_secret.json",
        "x.pwd",
        "tokens",
        "agent-token.txt",
    ],
)
def test_the_planner_goes_further_than_the_machine(name: str) -> None:
    assert denied.reason(f"/etc/mosquitto/{name}")


def test_ordinary_configuration_may_be_copied() -> None:
    for path in (
        "/etc/nginx/nginx.conf",
        "/etc/ssl/certs/www.pem",
        "/etc/hosts",
        "/opt/a/server.js",
    ):
        assert denied.reason(path) == ""
