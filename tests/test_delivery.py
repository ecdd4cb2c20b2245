"""Options of daemons in environment files, scheduled jobs and what they need, masked YAML."""

from __future__ import annotations

import pytest
from hostkit import deb, host, unit

from planner.facts import cron
from planner.model import CronJob, Host, Process, TextFile, Workload
from planner.service import formats, jobs, optioned
from planner.service.jobneeds import needs
from planner.service.view import Service
from planner.workloads import detect


def _text(path: str, text: str, masked: int = 0) -> TextFile:
    return TextFile(path, text, masked=masked)


def _of_prometheus(args: str, masked: int = 0, running: tuple[str, ...] = ()) -> Service:
    start = "[Service]\nUser=shop\nEnvironmentFile=/etc/default/p\nExecStart=/usr/bin/p $ARGS\n"
    text = _text("/etc/default/p", f"# options\nARGS={args}\n", masked)
    p = unit("p.service", start)
    processes = (Process(9, 1, 995, 996, running, exe="/usr/bin/p", unit=p.name),) * bool(running)
    return Service(host(files={text.path: text}, units=(p,)), "p", p, processes)


def test_options_of_an_environment_file_are_split_as_systemd_does() -> None:
    found = optioned.argv(_of_prometheus('"--a=/srv/x -b two --no-c"'))
    assert found == ("/usr/bin/p", "--a=/srv/x", "-b", "two", "--no-c")
    assert optioned.flags(found) == {"a": "/srv/x", "b": "two", "no-c": "true"}


def test_what_runs_counts_before_what_its_file_says_today() -> None:
    service = _of_prometheus('"--a=new"', running=("/usr/bin/p", "--a=old"))
    assert optioned.flags(optioned.argv(service)) == {"a": "old"}


@pytest.mark.parametrize("args", ["***", '"--a=***"', '"--a=\'open"'])
def test_options_that_are_secret_or_broken_are_not_known(args: str) -> None:
    assert optioned.argv(_of_prometheus(args, masked=1)) == ()


@pytest.mark.parametrize(
    ("address", "expected"),
    [(":9190", 9190), ("0.0.0.0:1", 1), ("[::]:99", 99), ("", 9090), ("unix:/x", 9090)],
)
def test_port_of_an_address(address: str, expected: int) -> None:
    assert optioned.port(address, 9090) == expected


def test_a_masked_value_does_not_spoil_the_rest_of_yaml() -> None:
    text = "http:\n  secret: ***\n  addr: :5000\nlist: [***, a]\nurl: http://u:***@h\n"
    assert formats.flat(text) == {
        "http.secret": "***",
        "http.addr": ":5000",
        "list.0": "***",
        "list.1": "a",
        "url": "http://u:***@h",
    }


def test_variables_of_a_crontab_are_those_before_the_line() -> None:
    text = (
        "F\t/etc/cron.d/x\t644\t0\t0\t0\t0\n|A=1\n|5 4 * * * shop /bin/a\n|A='2 3'\n|B=***\n"
        "|CRON_TZ=Asia/Tokyo\n|5 5 * * * shop /bin/b\n"
    )
    first, second = cron.parse(text, "debian").value
    assert (first.environment, first.timezone) == ((("A", "1"),), "")
    assert second.environment == (("A", "2 3"), ("B", "***"))
    assert second.timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("date +\\%F", "date +%F"),
        ("mail ops%Hello%World", "printf '%s\\n' 'Hello\nWorld' | { mail ops; }"),
    ],
)
def test_percent_signs_of_crontabs(written: str, expected: str) -> None:
    assert jobs.line_of(CronJob("/etc/cron.d/x", "shop", "@daily", written)) == expected


def test_variables_of_a_crontab_reach_a_job_of_a_service_but_not_secrets() -> None:
    told = (("FEED", "/srv/f"), ("MAILTO", "a@b"), ("TOKEN", "***"))
    job = jobs.as_job(host(), CronJob("/etc/cron.d/x", "shop", "@daily", "run", "", told))
    assert job.command == ("/usr/bin/env", "FEED=/srv/f", "/bin/sh", "-c", "run")


SCRIPT = """#!/bin/bash
. /opt/lib/common.sh
# rsync is only a word here
if true; then jq . /srv/in/a.json | /opt/tool/bin/push >/srv/out/b; fi
"""


def _scripted() -> Host:
    files = [_text("/opt/jobs/run", SCRIPT), _text("/opt/lib/common.sh", "curl -s x\n")]
    return host(
        files={f.path: f for f in files},
        owners={"/usr/bin/jq": "jq", "/bin/bash": "bash"},
        packages=(deb("jq", "1.6-2"), deb("rsync", "3.2"), deb("curl", "7.88")),
    )


def test_what_a_script_calls_and_names_is_told_with_what_it_sources() -> None:
    found = needs(_scripted(), CronJob("/etc/cron.d/x", "shop", "@daily", "/opt/jobs/run"))
    assert {name for name, _ in found.packages} == {"jq", "curl"}
    assert set(found.programs) == {"/opt/jobs", "/opt/lib"}
    assert {"/srv/in/a.json", "/srv/out/b"} <= set(found.named)
    assert found.unknowns == ()


def test_a_script_that_was_not_carried_is_said() -> None:
    found = needs(host(), CronJob("/etc/cron.d/x", "shop", "@daily", "/opt/jobs/run"))
    assert found.unknowns == ("What /opt/jobs/run needs is not known: its text was not carried.",)
    assert found.programs == ("/opt/jobs",)


def _timed(service: str) -> Workload:
    timer = unit("report.timer", "[Timer]\nOnCalendar=daily\nPersistent=true\n")
    (found,) = detect(
        host(units=(timer, unit("report.service", service, active="inactive")))
    ).workloads
    return found


def test_a_timer_gives_its_service_as_the_job_word_for_word() -> None:
    start = "ExecStart=/opt/report/run 'two words'\n"
    found = _timed(f"[Service]\nType=oneshot\nUser=shop\nWorkingDirectory=/opt/report\n{start}")
    assert found.command == ("/opt/report/run", "two words")
    assert found.jobs[0].command == found.command
    assert (found.workdir, found.unit, found.kind) == ("/opt/report", "report.timer", "job")
    assert any("missed" in a.what for a in found.adaptations)


def test_several_commands_of_a_oneshot_run_one_after_another() -> None:
    found = _timed(
        "[Service]\nType=oneshot\nUser=shop\nExecStart=-/opt/report/a 'x y'\n"
        "ExecStart=/opt/report/b\n"
    )
    assert found.command == ("/bin/sh", "-c", "{ /opt/report/a 'x y' || :; } && /opt/report/b")


def test_a_timer_whose_service_was_not_read_has_no_command() -> None:
    timer = unit("report.timer", "[Timer]\nOnCalendar=daily\n")
    service = unit("report.service", "", active="inactive")
    bare = type(service)(service.name, properties={"User": "shop"})
    found = detect(host(units=(timer, bare))).workloads
    assert [w.command for w in found] == [()]
    assert "its unit was not carried" in " ".join(found[0].unknowns)


def test_a_script_that_holds_a_password_is_a_secret_that_its_user_can_run() -> None:
    script = _text("/usr/local/bin/dump.sh", "#!/bin/sh\nmysqldump -p*** shop\n", masked=1)
    line = CronJob("/etc/cron.d/x", "shop", "@daily", "/usr/local/bin/dump.sh")
    (found,) = detect(host(files={script.path: script}, cron=(line,))).workloads
    assert [(s.path, s.owner.uid, s.owner.mode) for s in found.secrets] == [
        ("/usr/local/bin/dump.sh", 995, "0500")
    ]
    assert found.copies == ()
