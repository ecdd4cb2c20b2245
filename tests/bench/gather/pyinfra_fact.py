"""A deploy for pyinfra: the same script as a fact, its answer kept in a file for each host."""

from __future__ import annotations

import os
from pathlib import Path

from pyinfra import host
from pyinfra.api import FactBase


class Payload(FactBase[str]):  # type: ignore[misc]
    """The script's output, as pyinfra hands it over."""

    def command(self) -> str:
        return Path(os.environ["BENCH_SCRIPT"]).read_text()

    def process(self, output: list[str]) -> str:
        return "\n".join(output)


answer = host.get_fact(Payload)
(Path(os.environ["BENCH_OUT"]) / f"{host.name}.txt").write_text(answer or "")
