"""Golden files for all tests: compared, or rewritten with ``pytest --accept``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[Path, str], None]

AS_ROOT = pytest.mark.skipif(
    os.geteuid() != 0 and not os.environ.get("CI"), reason="only root gives files away"
)
"""Never left out where CI says that it is CI."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="rewrite expected files; read the diff afterwards"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """With ``-n auto``: three for two processors, as much of a run is waiting for what hangs."""
    return max(2, len(os.sched_getaffinity(0)) * 3 // 2)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """``golden(path, text)``: ``text`` is what the file at ``path`` holds, or becomes it."""
    accept = bool(request.config.getoption("--accept"))

    def check(path: Path, text: str) -> None:
        if accept:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        assert path.is_file(), f"{path}: no expected file yet; run pytest --accept"
        assert text == path.read_text(encoding="utf-8")

    return check
