"""What is asked of a workload on its machine and in its container, and what came of it."""

from __future__ import annotations

from typing import Literal

from planner.model import Data

VERIFY_SCHEMA = 1

Kind = Literal[
    "running", "listener", "http", "tls", "greeting", "rows", "owners", "files", "environment",
    "user", "logs", "memory", "root", "job",
]  # fmt: skip
Outcome = Literal["equal", "different", "unanswered", "measured"]


class Question(Data, frozen=True):
    """One question; both sides get it word for word."""

    kind: Kind
    title: str
    """In words, unique among the questions of a workload: ``http www.example.com:80 /``."""
    address: str = ""
    """Where the machine listens, as it says: ``0.0.0.0``, ``127.0.0.1``."""
    port: int = 0
    protocol: Literal["tcp", "udp"] = "tcp"
    talk: str = ""
    """What is spoken there: a name of planner.questions.talks."""
    tls: bool = False
    site: str = ""
    path: str = ""
    volume: str = ""
    guess: bool = False
    """Asked because nothing tells what speaks there: silence on both sides says nothing."""
    then: str = ""
    """Of ``tls``: what is asked next, ``http`` behind it or without it, or a talk without it."""


class Answer(Data, frozen=True):
    """What one side said. ``parts``: (name, text), each compared by itself; none: ``reason`` says
    why there is no answer. ``asked`` False: that side could not be asked at all, so that its
    silence says nothing."""

    parts: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    asked: bool = True


class Result(Data, frozen=True):
    """One question with what came of it."""

    question: Question
    outcome: Outcome
    machine: str = ""
    """What it said, short; texts of more than a line as size and digest."""
    container: str = ""
    differences: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    """Parts of which something changed between two answers of the machine itself, and how much of
    it was compared: ``body: 97 %``."""
    expected: tuple[tuple[str, str], ...] = ()
    """What the machine said, to ask again: (part, text), texts of several lines as
    ``sha256:DIGEST`` without the lines that ``masked-lines`` numbers."""


class Verified(Data, frozen=True):
    """One workload."""

    workload: str
    image: str
    problem: str = ""
    """Why it could not be compared, or not in full."""
    built: bool = False
    image_bytes: int = -1
    seconds: int = -1
    """From the start of its container to the first time that its check was content."""
    results: tuple[Result, ...] = ()
    began_at: str = ""
    plan_sha256: str = ""
    """Both of an earlier comparison that it comes from; empty: of the file's own."""

    @property
    def equal(self) -> bool:
        """Whether something was compared, and all of it is the same."""
        kinds = {result.outcome for result in self.results}
        return not self.problem and "equal" in kinds and kinds <= {"equal", "measured"}


class Verification(Data, frozen=True):
    """verify.json: one comparison of all the workloads that were asked for."""

    schema: int
    planner: str
    plan_sha256: str
    began_at: str
    engine: str
    data: Literal["copy", "empty"]
    workloads: tuple[Verified, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether every workload is."""
        return bool(self.workloads) and all(w.equal for w in self.workloads)
