"""Jobs: run once with their data, and a failure on a closed network proves nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import msgspec
import pytest
from test_verify_run import books, command, environment, left, places  # noqa: F401 - a fixture

from planner import store
from planner.model import (
    HostPlan,
    Image,
    Job,
    Login,
    Plan,
    Secret,
    Verdict,
    Volume,
    Workload,
    WorkloadPlan,
)
from planner.questions import Answer, Question, Verification, compare, questions

VALUE = "s3cr3t-Wegwarte"
TITLE = "job report ends well"


def job(tmp_path: Path) -> Workload:
    return Workload(
        "here/job-report",
        "here",
        "job-report",
        "job",
        "Report",
        "running",
        command=("sh", "/opt/report"),
        volumes=(Volume("here-report", str(tmp_path / "data"), "data", "test"),),
        secrets=(Secret(str(tmp_path / "app.env"), "test", form="env"),),
        jobs=(Job("report", "@daily", ("sh", "/opt/report"), "root", "/etc/cron.d/report"),),
    )


def written(tmp_path: Path) -> Path:
    """A plan of nothing but a job."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "last-year.csv").write_text("1\n")
    os.utime(tmp_path / "data" / "last-year.csv", (1_700_000_000, 1_700_000_000))
    (tmp_path / "app.env").write_text(f"APP_PASSWORD={VALUE}\n")
    image = Image("base", "", "debian", "planner/here-job-report:1")
    host = HostPlan(
        "here", "here", "seen", "captured", "", outcome="move", login=Login("root"),
        workloads=(WorkloadPlan(job(tmp_path), Verdict("container"), image),),
    )  # fmt: skip
    folder = tmp_path / "plan"
    store.write_file(folder / "plan.json", store.encode(Plan(1, "test", "", "", "", (host,))))
    (tmp_path / "inventory.yml").write_text(
        "all: {hosts: {here: {ansible_connection: local, ansible_become: false}}}\n"
    )
    return folder


def compared(folder: Path, books: Path, *words: str, **more: str) -> tuple[str, Verification]:  # noqa: F811
    more.setdefault("FAKE_VOLUME", str(folder.parent / "data"))
    done = subprocess.run(
        command(folder, *words), env=environment(books, **more), capture_output=True, text=True
    )
    assert VALUE not in done.stdout + done.stderr
    file = folder / "verify.json"
    assert file.exists(), done.stdout + done.stderr
    assert VALUE not in file.read_text()
    return done.stdout, msgspec.json.decode(file.read_bytes(), type=Verification)


def test_a_job_that_ends_well_is_equal_and_what_it_left_is_listed(
    tmp_path: Path,
    books: Path,  # noqa: F811
) -> None:
    folder = written(tmp_path)
    shown, found = compared(folder, books)
    (result,) = (r for r in found.workloads[0].results if r.question.kind == "job")
    assert result.question.title == TITLE
    assert result.outcome == "equal"
    assert result.container == f"status 0; left {tmp_path}/data{tmp_path}/data/report.csv"
    assert found.equal, shown
    log = (books / "log").read_text()
    assert log.count("--no-healthcheck") == 1
    assert "start here" not in log
    assert left(books) == []
    assert places(folder) == []


def test_a_job_that_fails_on_a_closed_network_is_no_answer(
    tmp_path: Path,
    books: Path,  # noqa: F811
) -> None:
    folder = written(tmp_path)
    told = f"curl: (6) Could not resolve host: api.example.com, password {VALUE}"
    shown, found = compared(folder, books, FAKE_STATUS="6", FAKE_LOG=told)
    (result,) = (r for r in found.workloads[0].results if r.question.kind == "job")
    assert result.outcome == "unanswered"
    assert "it ended with status 6: curl: (6) Could not resolve host" in result.container
    assert not found.equal
    assert {r.outcome for r in found.workloads[0].results} <= {"unanswered", "measured"}
    assert f"no answer: {TITLE}: it ended with status 6" in shown.replace("\n", " ")
    assert (books / "log").read_text().count("--no-healthcheck") == 1


def test_what_a_job_said_is_kept_for_the_next_comparison(tmp_path: Path, books: Path) -> None:  # noqa: F811
    folder = written(tmp_path)
    compared(folder, books, "--keep")
    _, again = compared(folder, books, "--again", FAKE_STATUS="9")
    assert again.equal
    assert (books / "log").read_text().count("--no-healthcheck") == 1
    assert left(books) == []


@pytest.mark.parametrize("machine", [Answer(), Answer(reason="not asked", asked=False)])
def test_no_job_is_different(machine: Answer) -> None:
    question = Question("job", TITLE)
    well = Answer((("status", "0"), ("left", "nothing in its volumes")))
    assert compare(question, machine, well, machine).outcome == "equal"
    ill = Answer(reason="it ended with status 1: x")
    assert compare(question, machine, ill, machine).outcome == "unanswered"


def test_a_job_is_asked_nothing_that_a_server_is_asked(tmp_path: Path) -> None:
    assert [q.kind for q in questions(job(tmp_path))] == ["job", "root"]
