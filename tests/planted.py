"""Secrets to plant: kinds of them (gather/masking/kinds.yml), and the places where they stand.

One table for the mask alone (test_secrets.py) and for a whole machine (lab/plant.py).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

KINDS = Path(__file__).parent / "gather" / "masking" / "kinds.yml"
_ITEM = re.compile(r"(\[[^\]]+\]|\\.|.)(?:\{(\d+)\})?")
_RANGE = re.compile(r"(.)-(.)|(.)")


@dataclass(frozen=True)
class Kind:
    """A kind of secret; the fields are those of kinds.yml."""

    kind: str
    source: str
    shape: str
    name: str = ""
    bare: bool = False
    url: str = ""
    file: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Planting:
    """``text`` holds ``secret``, in a file of this ``place``, or as arguments."""

    kind: str
    place: str
    secret: str
    text: str
    arguments: tuple[str, ...] = ()
    file: str = ""
    seed: str = ""

    @property
    def needles(self) -> tuple[str, ...]:
        """What may be found nowhere: beginning and end of each part of the secret that is not the
        same in every secret of its kind."""
        parts = [p for p in runs(_shapes()[self.kind], f"{self.kind} {self.seed}") if len(p) > 5]
        return tuple(dict.fromkeys(end for p in parts for end in (p[:10], p[-10:])))

    def leaks(self, text: str) -> bool:
        return any(needle in text for needle in self.needles)


@cache
def kinds() -> tuple[Kind, ...]:
    loaded = yaml.safe_load(KINDS.read_text())
    return tuple(Kind(**{**entry, "lines": tuple(entry.get("lines", ()))}) for entry in loaded)


@cache
def _shapes() -> dict[str, str]:
    return {kind.kind: kind.shape for kind in kinds()}


def _pieces(shape: str, seed: str) -> Iterator[tuple[bool, str]]:
    pick = random.Random(seed)
    for item, count in _ITEM.findall(shape):
        if item.startswith("[") and len(item) > 2:
            characters = "".join(
                "".join(map(chr, range(ord(a), ord(b) + 1))) if a else c
                for a, b, c in _RANGE.findall(item[1:-1])
            )
            yield True, "".join(pick.choice(characters) for _ in range(int(count or 1)))
        else:
            yield False, item.removeprefix("\\") * int(count or 1)


def value(shape: str, seed: str) -> str:
    """A value of a shape: letters, ``[classes]`` and ``{counts}``; the same one for a seed."""
    return "".join(text for _, text in _pieces(shape, seed))


def runs(shape: str, seed: str) -> list[str]:
    """The parts of ``value`` that differ from one seed to the next."""
    return [text for made, text in _pieces(shape, seed) if made]


def _option(name: str) -> str:
    return "--" + name.lower().replace("_", "-")


def _unit(inside: str) -> str:
    return f"[Unit]\nDescription=Planted\n\n[Service]\n{inside}\n"


BY_NAME: dict[str, Callable[[str, str], str]] = {
    "unit-environment": lambda n, v: _unit(f"ExecStart=/bin/true\nEnvironment={n}={v}"),
    "unit-environment-quoted": lambda n, v: _unit(f'Environment="{n}={v}" "MODE=live" OTHER=1'),
    "unit-exec-option": lambda n, v: _unit(f"ExecStart=/bin/app {_option(n)} {v} --port 80"),
    "unit-exec-equals": lambda n, v: _unit(f"ExecStart=/bin/app {_option(n)}={v} --port 80"),
    "unit-exec-shell": lambda n, v: _unit(f"ExecStart=/bin/sh -c '{n}={v} exec /bin/app'"),
    "unit-exec-env": lambda n, v: _unit(f"ExecStartPre=/usr/bin/env {n}={v} /bin/true"),
    "drop-in": lambda n, v: f"[Service]\nEnvironment='{n}={v}'\n",
    "environment-file": lambda n, v: f"MODE=live\n{n}={v}\n",
    "environment-file-quoted": lambda n, v: f'# of the shop\nexport {n}="{v}"\n',
    "default-file": lambda n, v: f"ENABLED=yes\n{n}='{v}'\n",
    "sysconfig-options": lambda n, v: f'OPTIONS="--port 80 {_option(n)}={v}"\n',
    "cron-line": lambda n, v: f"0 3 * * * root {n}={v} /usr/local/bin/job\n",
    "cron-variable": lambda n, v: f"{n}={v}\n0 3 * * * root /usr/local/bin/job\n",
    "cron-option": lambda n, v: (
        f"@daily root /usr/local/bin/job {_option(n)} {v} >/dev/null 2>&1\n"
    ),
    "at-job": lambda n, v: f"#!/bin/sh\numask 22\n{n}={v}; export {n}\ncd /root || exit 1\njob\n",
    "init-script": lambda n, v: f"#!/bin/sh\nstart() {{\n\texport {n}='{v}'\n\t/bin/app &\n}}\n",
    "upstart-job": lambda n, v: f"start on runlevel [2345]\nenv {n}={v}\nexec /bin/app\n",
    "inetd": lambda n, v: f"x stream tcp nowait root /bin/app app {_option(n)} {v}\n",
    "xinetd": lambda n, v: (
        f"service x\n{{\n\tserver_args = {_option(n)}={v}\n\tenv = {n}={v}\n}}\n"
    ),
    "ini": lambda n, v: f"[app]\n{n.lower()} = {v}\nport = 80\n",
    "ini-comment": lambda n, v: f"; {n.lower()} = {v}\n#{n.lower()}={v}\n",
    "properties": lambda n, v: f"app.{n.lower().replace('_', '.')}={v}\napp.port=80\n",
    "yaml": lambda n, v: f"app:\n  {n.lower()}: {v}\n  port: 80\n",
    "yaml-quoted": lambda n, v: f'app:\n  - {n.lower()}: "{v}"\n',
    "json": lambda n, v: json.dumps({"port": 80, n.lower(): v, "mode": "live"}) + "\n",
    "json-pretty": lambda n, v: json.dumps({n: v, "mode": "live"}, indent=2) + "\n",
    "toml": lambda n, v: f'[app]\n{n.lower()} = "{v}"\n',
    "xml": lambda n, v: f'<app>\n  <property name="{n}" value="{v}"/>\n</app>\n',
    "compose-list": lambda n, v: f"services:\n  a:\n    environment:\n      - {n}={v}\n",
    "compose-map": lambda n, v: f"services:\n  a:\n    environment:\n      {n}: '{v}'\n",
    "compose-command": lambda n, v: (
        f'services:\n  a:\n    command: ["app", "{_option(n)}", "{v}"]\n'
    ),
    "kubernetes": lambda n, v: f"env:\n- name: {n}\n  value: {v}\n- name: MODE\n  value: live\n",
    "dockerfile": lambda n, v: f"FROM x\nENV {n} {v}\nARG {n}={v}\n",
    "package-json": lambda n, v: json.dumps({"scripts": {"start": f"{n}={v} node a.js"}}) + "\n",
    "procfile": lambda n, v: f"web: {n}={v} gunicorn app\n",
    "php-fpm": lambda n, v: f"[www]\nenv[{n}] = {v}\n",
    "php": lambda n, v: f"<?php\n$config['{n.lower()}'] = '{v}';\nputenv('{n}={v}');\n",
    "python": lambda n, v: f"{n} = '{v}'\nos.environ['{n}'] = \"{v}\"\n",
    "javascript": lambda n, v: f"module.exports = {{ {n}: '{v}', port: 80 }};\n",
    "supervisor": lambda n, v: f'[program:a]\nenvironment=MODE="live",{n}="{v}"\n',
    "nginx-param": lambda n, v: f"location / {{\n  fastcgi_param {n} {v};\n}}\n",
    "apache-setenv": lambda n, v: f"SetEnv {n} {v}\n",
    "apache-setenv-quoted": lambda n, v: f'  SetEnv {n} "{v}"\n',
    "haproxy-setenv": lambda n, v: f"global\n  setenv {n} {v}\n",
    "uwsgi": lambda n, v: f"[uwsgi]\nenv = {n}={v}\n",
    "java-option": lambda n, v: f'JAVA_OPTS="-Xmx1g -D{n.lower().replace("_", ".")}={v}"\n',
    "profile": lambda n, v: f"export PATH=/bin {n}={v}\nset {n} {v}\n",
    "csh": lambda n, v: f"setenv {n} {v}\n",
    "kernel-command-line": lambda n, v: f"root=/dev/vda ro app.{n.lower()}={v} quiet\n",
    "query": lambda n, v: f"url http://svc.example/x?a=1&{n.lower()}={v}&b=2\n",
    "header": lambda n, v: f'curl -H "X-{_option(n)[2:].title()}: {v}" http://x/\n',
    "ssh-command": lambda n, v: f'command="{n}={v} backup" ssh-rsa AAAA x\n',
}
"""A file of each place, from the name of a variable and its value."""

ARGUMENTS: dict[str, Callable[[str, str], tuple[str, ...]]] = {
    "argument": lambda n, v: ("/bin/app", _option(n), v, "--port", "80"),
    "argument-equals": lambda n, v: ("/bin/app", f"{_option(n)}={v}"),
    "argument-assignment": lambda n, v: ("/usr/bin/env", f"{n}={v}", "app"),
    "argument-property": lambda n, v: ("java", f"-D{n.lower().replace('_', '.')}={v}"),
    "argument-shell": lambda n, v: ("sh", "-c", f"{n}={v} exec app"),
    "argument-json": lambda n, v: ("app", json.dumps({n: v})),
    "argument-podman": lambda n, v: ("podman", "run", "-e", f"{n}={v}", "image"),
}
BARE: dict[str, Callable[[str], str]] = {
    "bare-word": lambda v: f"run --with {v} now\n",
    "bare-value": lambda v: f"OTHER_THING={v}\n",
    "bare-quoted": lambda v: f'other: "{v}",\n',
    "bare-comment": lambda v: f"# was {v} before\n",
}
URLS: dict[str, Callable[[str], str]] = {
    "url-line": lambda u: f"connect {u} now\n",
    "url-variable": lambda u: f"DATABASE_URL={u}\n",
    "url-unit": lambda u: _unit(f"Environment=DATABASE_URL={u} MODE=live"),
    "url-json": lambda u: json.dumps({"url": u, "mail": "me@example.org"}) + "\n",
    "url-xml": lambda u: f"<url>{u}</url>\n",
}


def plantings(chosen: tuple[Kind, ...] = ()) -> Iterator[Planting]:
    """Every kind in every place that fits it, each time with a value of its own."""
    for kind in chosen or kinds():

        def new(place: str, kind: Kind = kind) -> str:
            return value(kind.shape, f"{kind.kind} {place}")

        for place, make in BY_NAME.items() if kind.name else ():
            yield Planting(kind.kind, place, v := new(place), make(kind.name, v), seed=place)
        for place, words in ARGUMENTS.items() if kind.name else ():
            arguments = words(kind.name, v := new(place))
            yield Planting(kind.kind, place, v, "", arguments, seed=place)
        for place, text1 in BARE.items() if kind.bare else ():
            yield Planting(kind.kind, place, v := new(place), text1(v), seed=place)
        if kind.bare:
            v = new("bare-argument")
            yield Planting(kind.kind, "bare-argument", v, "", ("app", v), seed="bare-argument")
        for place, text1 in URLS.items() if kind.url else ():
            url = kind.url.replace("{}", v := new(place))
            yield Planting(kind.kind, place, v, text1(url), seed=place)
        if kind.url:
            url = kind.url.replace("{}", v := new("url-argument"))
            yield Planting(kind.kind, "url-argument", v, "", ("/bin/app", url), seed="url-argument")
        for number, line in enumerate(kind.lines):
            text = line.replace("{}", v := new(f"line {number}"))
            yield Planting(kind.kind, "own-line", v, f"{text}\n", (), kind.file, f"line {number}")
