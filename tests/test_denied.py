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
    "/root/.m2", "/srv/app/.git", "/etc/gitlab-runner",
    "/etc/docker", "/etc/mysql", "/etc/dovecot",
)  # fmt: skip
KEPT = (
    "acme.json", "auth.json", "user.creds", "operator.nk", "service-account.json",
    "service-account-7.json",
    "app-firebase-adminsdk-1a.json", "kubeconfig", "kubeconfig.yaml", "terraform.tfstate",
    ".yarnrc.yml", ".git-credentials", ".runner", "dovecot-sql.conf.ext", "dovecot-ldap.conf.ext",
    "mgmt-users.properties", "application-users.properties", "kafka_server_jaas.conf", "jaas.conf",
    ".rediscli_auth", "smtp_auth.hash", "id_rsa.bak", "id_shop_deploy", "deploy_key", "shop.priv",
    "private.pem", "private_key.pem", "my-privatekey-1.pem", "serverkey.pem", "jwt.pem",
    "jwt-signing.pem", ".bash_history", ".mysql_history", ".psql_history", ".python_history",
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
    "settings.xml", "config", "config.toml", "key.json", "debian.cnf", "id_rsa.pub.bak",
    "service.json", "jaas.config", "private-public.pem", "jwt.pem.txt", "id_deploy", "creds",
    "kube.config", "acme.conf", "history", *KEPT,
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


@pytest.mark.parametrize("name", KEPT)
def test_the_machine_keeps_it_back_by_its_name(name: str) -> None:
    assert denied.kept_back(f"/opt/shop/{name}")


def test_the_machine_keeps_it_back_by_its_place() -> None:
    for path in (
        "/var/lib/jenkins/.m2/settings.xml",
        "/srv/app/.git/config",
        "/etc/gitlab-runner/config.toml",
        "/etc/docker/key.json",
        "/etc/mysql/debian.cnf",
    ):
        assert denied.kept_back(path), path


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
        "/opt/a/settings.xml",
        "/etc/tomcat10/tomcat-users.xml",
        "/etc/prometheus/config.toml",
        "/opt/a/jwt_public.pem",
        "/etc/ssl/id_rsa.pub",
        "/etc/docker/daemon.json",
    ):
        assert denied.reason(path) == ""
