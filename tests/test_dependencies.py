"""Libraries that a language's package manager installed: copied, or installed by a stage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from ours import RULES

from planner import store
from planner.change.names import build_folder
from planner.images.choice import Choice
from planner.model import Dependencies, HostPlan
from planner.plan import make_plan
from planner.render import render
from planner.settings import DEFAULTS
from tests.judgement import kit

KINDS = Path(__file__).parent / "kinds"
BUILT = Choice(dependencies="built")


def planned(case: str, choice: Choice) -> tuple[HostPlan, dict[str, str]]:
    """The machine's plan and its Dockerfiles by name of the workload."""
    machine = kit.load(KINDS / f"{case}.yaml")
    settings = replace(DEFAULTS, images=choice)
    plan = make_plan([machine.snapshot], RULES, as_of=None, version="0", settings=settings)
    files = {a.path: a.text for a in render(plan, store.templates())}
    (host,) = plan.hosts
    return host, {
        item.workload.name: files[f"{build_folder(host, item)}/Dockerfile"]
        for item in host.workloads
    }


def dependencies(host: HostPlan, name: str) -> tuple[Dependencies, ...]:
    item = next(i for i in host.workloads if i.workload.name == name)
    assert item.image is not None
    return item.image.dependencies


def test_by_default_they_are_copied_and_that_is_said() -> None:
    host, files = planned("python", Choice())
    (found,) = dependencies(host, "shelf")
    assert not found.built
    assert found.packages == ("Flask==2.2.2", "uWSGI==2.0.23")
    assert "AS libraries" not in files["shelf"]
    assert f"{found.path} (2 libraries): copied as pip installed them" in files["shelf"]
    assert 'COPY --chown=0:0 ["rootfs/srv/shelf/venv"' in files["shelf"]


def test_a_stage_installs_what_the_environment_has() -> None:
    host, files = planned("python", BUILT)
    (found,) = dependencies(host, "shelf")
    assert found.built
    text = files["shelf"]
    stage, final = text.split("\nFROM ${BASE}\n")
    assert "FROM ${BASE} AS libraries\n" in stage
    assert "/srv/shelf/venv/bin/pip install --no-cache-dir --no-deps" in stage
    assert "Flask==2.2.2" in stage
    assert "pip==" not in text
    assert "gcc" not in final
    assert 'COPY --from=libraries ["/srv/shelf/venv", "/srv/shelf/venv"]' in final
    assert "rootfs/srv/shelf/venv" not in text


def test_what_no_registry_has_is_copied_even_so() -> None:
    host, files = planned("python", BUILT)
    (found,) = dependencies(host, "celery")
    assert not found.built
    assert "torch==2.1.0+cpu" in found.reason
    assert "AS libraries" not in files["celery"]


@pytest.mark.parametrize(
    ("name", "manifest", "command", "folder"),
    [
        ("board", "package-lock.json", "npm ci --omit=dev", "/srv/board/node_modules"),
        ("shop-web", "Gemfile.lock", "bundle install", "/srv/shop/vendor/bundle"),
    ],
)
def test_lock_files_are_installed_with_their_own_tool(
    name: str, manifest: str, command: str, folder: str
) -> None:
    host, files = planned("node" if name == "board" else "languages", BUILT)
    assert [d.path for d in dependencies(host, name) if d.built] == [folder]
    root = folder.removesuffix("/node_modules").removesuffix("/vendor/bundle")
    stage, final = files[name].split("\nFROM ${BASE}\n")
    assert f'COPY ["rootfs{root}/{manifest}", "{root}/{manifest}"]' in stage
    assert command in stage
    assert f'COPY --from=libraries ["{folder}", "{folder}"]' in final
    item = next(i for i in host.workloads if i.workload.name == name)
    (copy,) = (c for c in item.workload.copies if c.path == root)
    assert folder in copy.exclude


def test_without_a_lock_file_nothing_is_installed() -> None:
    host, _ = planned("node", BUILT)
    (found,) = dependencies(host, "catalogue")
    assert not found.built
    assert "no package-lock.json" in found.reason
