"""Golden files for all tests: compared, or rewritten with ``pytest --accept``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="rewrite expected files; read the diff afterwards"
    )


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
