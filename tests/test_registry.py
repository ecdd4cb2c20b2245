"""Digests asked of registries: a server on loopback that speaks the distribution API as they do.

Debian's own ``docker-registry`` is asked in the laboratory (``tests/lab/registry.py``).
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from planner import cli, registry, store
from planner.errors import PlannerError
from planner.images import references
from planner.images.references import Reference

MANIFEST = b'{"schemaVersion": 2}'
DIGEST = "sha256:" + hashlib.sha256(MANIFEST).hexdigest()
LOGIN = base64.b64encode(b"ops:s3cret").decode()


class Registry(BaseHTTPRequestHandler):
    """``/v2/<how>/x/manifests/1``: ``open``, ``silent`` (no header), ``token``, ``basic``."""

    asked: list[str]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")  # type: ignore[attr-defined]
        how = self.path.split("/")[2] if self.path.startswith("/v2/") else ""
        host = self.headers["Host"]
        given = self.headers.get("Authorization", "")
        if self.path.startswith("/token"):
            wanted = "service=reg&scope=repository%3Atoken%2Fx%3Apull" in self.path
            return self._say(200 if wanted else 400, json.dumps({"token": "t0"}).encode())
        if how == "token" and given != "Bearer t0":
            challenge = (
                f'Bearer realm="http://{host}/token",service="reg",scope="repository:token/x:pull"'
            )
            return self._say(401, b"", {"WWW-Authenticate": challenge})
        if how == "basic" and given != f"Basic {LOGIN}":
            return self._say(401, b"", {"WWW-Authenticate": 'Basic realm="x"'})
        if how == "elsewhere" and not given:
            realm = 'Bearer realm="ftp://evil.example/token"'
            return self._say(401, b"", {"WWW-Authenticate": realm})
        if how in ("open", "token", "basic"):
            return self._say(200, MANIFEST, {"Docker-Content-Digest": DIGEST})
        return self._say(200 if how == "silent" else 404, MANIFEST)

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    running.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=running.serve_forever, daemon=True).start()
    for name in ("REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    yield f"127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()


def reference(server: str, how: str) -> Reference:
    return Reference(server, f"{how}/x", "1")


@pytest.mark.parametrize("how", ["open", "silent", "token"])
def test_a_registry_tells_the_digest(server: str, how: str) -> None:
    asked = reference(server, how)
    assert registry.digests([asked, asked]) == {str(asked): DIGEST}


def test_a_registry_that_wants_a_login_gets_the_one_of_the_engine(
    server: str, tmp_path: Path
) -> None:
    with pytest.raises(PlannerError, match=r"asks for Basic|wants a login"):
        registry.digests([reference(server, "basic")])
    (tmp_path / "docker").mkdir()
    kept = {"auths": {server: {"auth": LOGIN}}}
    (tmp_path / "docker/config.json").write_text(json.dumps(kept))
    assert registry.digests([reference(server, "basic")])


def test_every_image_without_a_digest_is_named(server: str) -> None:
    gone = Reference("127.0.0.1:1", "x/y", "1")
    with pytest.raises(PlannerError) as error:
        registry.digests([reference(server, "open"), reference(server, "none"), gone])
    said = str(error.value)
    assert f"{server}/none/x:1: not in the registry" in said
    assert "127.0.0.1:1/x/y:1: the registry does not answer" in said
    assert "open" not in said


def test_a_token_is_fetched_from_nowhere_else(server: str) -> None:
    with pytest.raises(PlannerError, match="not known"):
        registry.digests([reference(server, "elsewhere")])


def test_digests_of_a_plan_pin_the_next_one(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By way of a mirror on loopback, as the settings say."""
    monkeypatch.chdir(tmp_path)
    Path("planner.yml").write_text(f"images:\n  mirrors: {{docker.io: '{server}/open'}}\n")
    run = CliRunner().invoke
    demo = str(store.demo_folder())
    first = run(cli.app, ["plan", demo])
    assert first.exit_code == 0, first.output
    made = {
        i.image.base
        for h in store.read_plan(Path("plan/plan.json")).hosts
        for i in h.workloads
        if i.image and i.image.base
    }
    asked = run(cli.app, ["digests", "plan"])
    assert asked.exit_code == 0, asked.output
    assert set(made) == set(asked.output.split()[::2])
    assert run(cli.app, ["plan", demo, "--digests", "digests.yml"]).exit_code == 0
    pinned = [
        i.image.base
        for h in store.read_plan(Path("plan/plan.json")).hosts
        for i in h.workloads
        if i.image and i.image.base
    ]
    assert pinned
    assert all(base.endswith(f"@{DIGEST}") for base in pinned)
    assert all(references.parse(base) for base in pinned)
    text = Path("plan/workloads/web/nginx/Dockerfile").read_text()
    assert f'ARG BASE="{server}/open/library/debian:bookworm-slim@{DIGEST}"' in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: y\n", "d.yml:1: x is no full name"),
        (f"docker.io/library/debian: {DIGEST}\n", "d.yml:1: docker.io/library/debian is no full"),
        ("\ndocker.io/library/debian:12: sha256:1\n", "d.yml:2: docker.io/library/debian:12: no"),
        ("- x\n", "no digests by name"),
    ],
)
def test_a_file_of_digests_is_checked(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d.yml").write_text(text)
    made = CliRunner().invoke(cli.app, ["plan", str(store.demo_folder()), "--digests", "d.yml"])
    assert made.exit_code == 1
    assert said in str(made.exception)
