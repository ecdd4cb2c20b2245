"""Data that comes with the planner: templates, rules, the recorded fleet."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def _folder(in_wheel: str, in_checkout: str) -> Path:
    """Find what a wheel carries below ``_data`` and a checkout has at its top."""
    wheel = _PACKAGE / "_data" / in_wheel
    return wheel if wheel.is_dir() else _PACKAGE.parent / in_checkout


def templates() -> dict[str, str]:
    """Text by name (``workload/Dockerfile.j2``), sorted."""
    folder = _folder("templates", "templates")
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.j2"))
    }


def rule_texts() -> dict[str, str]:
    """YAML text of every rule by file name, sorted."""
    files = sorted((_PACKAGE / "rules").glob("*.yaml"))
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def checklist_texts() -> dict[str, str]:
    """YAML text of every list that rules answer by file name, sorted."""
    files = sorted((_PACKAGE / "rules" / "catalogue").glob("*.yaml"))
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def name_table(name: str) -> str:
    """YAML text of a table of names: ``workloads`` or ``agents``."""
    return (_PACKAGE / "service" / "catalogue" / f"{name}.yaml").read_text(encoding="utf-8")


def image_table() -> str:
    """YAML text of the table of the applications' own images."""
    return (_PACKAGE / "images" / "official.yaml").read_text(encoding="utf-8")


def demo_folder() -> Path:
    """Folder of the recorded fleet: its inventory and its snapshots."""
    return _folder("demo", "inventories/demo")
