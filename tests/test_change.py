"""The steps of a change: their order, and commands that a shell takes as they are meant."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import sample
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from planner import change
from planner.change.names import secret_file
from planner.model import Account, CronJob, HostPlan, Job, Login, Secret, WorkloadPlan
from planner.shell import shell_word

HOSTS = {host.name: host for host in sample.fleet().hosts}


def sh(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", script], env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def commands(host: HostPlan, *phases: str) -> list[str]:
    return [c for s in host.steps if s.phase in phases for c in s.commands]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))
@example("$(id)`id`\"'\\")
@example("a\nb\tc\x7f\u2028é")
@example("")
def test_a_shell_gets_the_word(text: str) -> None:
    word = shell_word(text)
    assert "\n" not in word
    done = subprocess.run(["/bin/sh", "-c", f"printf %s {word}"], capture_output=True, check=True)
    assert done.stdout == text.rstrip("\n").encode()


@pytest.mark.parametrize("name", ["app", "db", "web"])
def test_steps_are_numbered_and_in_order(name: str) -> None:
    steps = HOSTS[name].steps
    order = [
        "prepare", "build", "secrets", "prepare", "rehearse", "stop", "move", "start", "check",
        "cutover", "backout",
    ]  # fmt: skip
    assert [s.id for s in steps] == [f"{n:02d}" for n in range(1, len(steps) + 1)]
    at = 0
    for step in steps:
        at = order.index(step.phase, at)
    assert {s.phase for s in steps if s.downtime} == {"stop", "move", "start", "check"}


@pytest.mark.parametrize("name", ["dead", "vault"])
def test_nothing_to_do_where_nothing_moves(name: str) -> None:
    assert HOSTS[name].steps == ()


def test_every_command_is_one_line_that_parses() -> None:
    for host in HOSTS.values():
        for step in host.steps:
            for command in step.commands:
                assert "\n" not in command
                done = subprocess.run(["/bin/sh", "-n", "-c", command], capture_output=True)
                assert done.returncode == 0, command


def test_an_image_that_cannot_be_built_takes_no_part() -> None:
    item = sample.planned(sample.NGINX)
    assert item.image
    broken = structs.replace(item, image=structs.replace(item.image, problems=("no base",)))
    assert sample.host("web", broken).steps == ()


def test_ssh_is_as_the_inventory_says() -> None:
    assert 'export SSH="${SSH:-ssh ops@10.0.0.4}"' in commands(HOSTS["app"], "prepare")
    assert 'export SUDO="${SUDO-sudo -n }"' in commands(HOSTS["app"], "prepare")
    assert 'export SUDO="${SUDO-}"' in commands(HOSTS["web"], "prepare")
    odd = sample.host("x", sample.planned(sample.NGINX), address="-oProxyCommand=id")
    assert "ProxyCommand" not in " ".join(commands(odd, "prepare"))
    user = sample.host("x", sample.planned(sample.NGINX), login=Login("$(id)", 0, 0, True))
    assert 'export SSH="${SSH:-ssh 10.0.0.4}"' in commands(user, "prepare")


def test_units_stop_in_reverse_and_start_in_order() -> None:
    stop, back = commands(HOSTS["app"], "stop"), commands(HOSTS["app"], "backout")
    assert [c.split()[4] for c in stop if "systemctl" in c] == [
        "redis-server.service'", "shop.service'",
    ]  # fmt: skip
    assert "cron.d/shop" in stop[0]
    assert back[0] == "$COMPOSE -f hosts/app/compose.yaml down -t 60"
    started = [c for c in back if "systemctl start" in c]
    assert ["shop" in started[0], "redis" in started[1]] == [True, True]


def test_cron_files_are_parked_and_put_back(tmp_path: Path) -> None:
    """The commands run here with a root of their own in place of the machine's."""
    cron = tmp_path / "etc/cron.d/shop"
    cron.parent.mkdir(parents=True)
    cron.write_text("* * * * * x\n")
    parked = tmp_path / "var/lib/planner-parked-cron/etc/cron.d/shop"
    for phase, there, gone in (
        ("stop", parked, cron), ("stop", parked, cron), ("backout", cron, parked),
        ("backout", cron, parked),
    ):  # fmt: skip
        (command,) = [c for c in commands(HOSTS["app"], phase) if "parked" in c]
        done = sh(
            command.replace("/etc/cron.d", f"{tmp_path}/etc/cron.d")
            .replace(f"parked-cron{tmp_path}", "parked-cron")
            .replace("/var/lib", f"{tmp_path}/var/lib"),
            SSH="sh -c", SUDO="",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert there.read_text() == "* * * * * x\n"
        assert not gone.exists()


def test_a_cron_source_that_is_no_file_of_its_own_is_left() -> None:
    jobs = tuple(
        Job("j", "@daily", ("x",), "root", s) for s in ("/etc/crontab", "/etc/cron.d/$(x)")
    )
    host = sample.host("app", sample.planned(structs.replace(sample.SHOP, jobs=jobs)))
    assert not [c for c in commands(host, "stop") if "cron" in c]


def with_jobs(name: str, *sources: str) -> WorkloadPlan:
    jobs = tuple(Job("j", "@daily", ("x",), "root", s) for s in sources)
    return sample.planned(structs.replace(sample.SHOP, id=f"app/{name}", name=name, jobs=jobs))


def test_a_crontab_of_a_user_is_parked_where_all_of_its_lines_move() -> None:
    table = "/var/spool/cron/crontabs/tally"
    alone = sample.host("app", with_jobs("a", table), with_jobs("b", table))
    (command,) = [c for c in commands(alone, "stop") if "crontabs" in c]
    assert f"mv {table} /var/lib/planner-parked-cron{table}" in command
    left = structs.replace(alone, leftover_jobs=(CronJob(table, "tally", "@daily", "y"),))
    (stop,) = [s for s in change.steps(left) if s.phase == "stop"]
    assert not [c for c in stop.commands if "crontabs" in c]
    assert table in stop.note
    assert "by hand" in stop.note


def test_lines_of_a_file_that_another_workload_keeps_are_taken_by_hand() -> None:
    table = "/etc/cron.d/both"
    stays = with_jobs("b", table)
    stays = structs.replace(
        stays, image=None, verdict=structs.replace(stays.verdict, outcome="stay-vm")
    )
    host = sample.host("app", with_jobs("a", table), stays)
    (stop,) = [s for s in change.steps(host) if s.phase == "stop"]
    assert not [c for c in stop.commands if "cron.d" in c]
    assert table in stop.note


ENVIRONMENT_FILE = r"""# comment
; another
PLAIN=abc
  INDENT=x y  
DOUBLE="a b\"c\\d\$e"
SINGLE='raw $HOME "x" \n'
CONTINUED=one\
two
EMPTY=
no assignment
HASH=pa#ss wd
DOLLAR=a$b`id`$(id)
ESCAPED=a\\b
QUOTE="it's"
=x
"""  # noqa: W291 - systemd drops blanks at the end of a line
VALUES = {
    "PLAIN": "abc", "INDENT": "x y", "DOUBLE": 'a b"c\\d$e', "SINGLE": 'raw $HOME "x" \\n',
    "CONTINUED": "onetwo", "EMPTY": "", "HASH": "pa#ss wd", "DOLLAR": "a$b`id`$(id)",
    "ESCAPED": "a\\b", "QUOTE": "it's",
}  # fmt: skip


def test_a_secret_environment_reaches_the_program_unchanged(tmp_path: Path) -> None:
    source = tmp_path / "shop.env"
    source.write_text(ENVIRONMENT_FILE)
    secret = Secret(str(source), "EnvironmentFile=", form="env")
    shop = structs.replace(sample.SHOP, secrets=(secret,))
    host = sample.host("app", sample.planned(shop))
    fetch, own = commands(host, "secrets")
    done = sh(f"cd {tmp_path} && {fetch}", SSH="sh -c", SUDO="")
    assert done.returncode == 0, done.stderr
    stored = tmp_path / secret_file(host, secret)
    assert stored.stat().st_mode & 0o777 == 0o600
    seen = sh(f"set -a && . {stored} && exec env -0").stdout.split("\0")
    assert VALUES.items() <= dict(line.split("=", 1) for line in seen if line).items()
    assert "pa#ss" not in fetch + own
    assert "chown 995:994" in own


@pytest.mark.parametrize(
    ("text", "works"),
    [("", False), ("# nothing is set\n", True), ("A=1", True), ("\n\nA=1\n", True)],
)
def test_an_environment_may_be_comments_alone_but_not_empty(
    tmp_path: Path, text: str, works: bool
) -> None:
    source = tmp_path / "shop.env"
    source.write_text(text)
    secret = Secret(str(source), "EnvironmentFile=", form="env")
    host = sample.host("app", sample.planned(structs.replace(sample.SHOP, secrets=(secret,))))
    fetch, _ = commands(host, "secrets")
    done = sh(f"cd {tmp_path} && {fetch}", SSH="sh -c", SUDO="")
    assert (done.returncode == 0) == works, done.stderr
    stored = tmp_path / secret_file(host, secret)
    assert stored.read_text() == ("A='1'\n" if "A=1" in text else "")
    assert sh(f'. {stored} && echo "$A"').stdout == ("1\n" if "A=1" in text else "\n")


def test_an_empty_secret_fails() -> None:
    shop = structs.replace(sample.SHOP, secrets=(Secret("/nonexistent/key", "key"),))
    fetch, _ = commands(sample.host("app", sample.planned(shop)), "secrets")
    done = sh(f"cd $(mktemp -d) && {fetch}", SSH="sh -c", SUDO="")
    assert done.returncode != 0


def test_stopped_and_unknown_units_are_not_commanded() -> None:
    stopped = structs.replace(sample.REDIS, state="stopped")
    unknown = structs.replace(sample.SHOP, unit="", jobs=())
    host = sample.host("app", sample.planned(unknown), sample.planned(stopped))
    assert commands(host, "stop") == []
    notes = " ".join(s.note for s in host.steps)
    assert "No unit is known for shop: to be stopped by hand." in notes


def test_the_check_asks_the_service_and_compares_what_it_answered() -> None:
    (before,) = [c for c in commands(HOSTS["web"], "prepare") if "curl" in c]
    assert '"http://10.0.0.4:80/" >hosts/web/before/nginx-80' in before
    probe, answer = commands(HOSTS["web"], "check")
    assert "$ENGINE exec web-nginx curl -fsS http://127.0.0.1:80/" in probe
    assert '"http://127.0.0.1:${PORT_80:-80}/"' in answer


def replanned(name: str, **fields: object) -> HostPlan:
    """A machine of the sample with its workloads changed, and its steps made anew."""
    host = HOSTS[name]
    items = tuple(
        structs.replace(item, workload=structs.replace(item.workload, **fields))
        for item in host.workloads
    )
    bare = structs.replace(host, workloads=items, steps=())
    return structs.replace(bare, steps=change.steps(bare))


def test_every_site_of_every_port_is_asked_before_and_after() -> None:
    host = replanned("web", sites=("docs.example.com", "www.example.com"))
    before = [c for c in commands(host, "prepare") if c.startswith("curl ")]
    assert [c.rpartition(">")[2] for c in before] == [
        "hosts/web/before/nginx-docs.example.com-80",
        "hosts/web/before/nginx-www.example.com-80",
    ]
    assert '--resolve "docs.example.com:80:10.0.0.4" "http://docs.example.com:80/"' in before[0]
    after = [c for c in commands(host, "check") if "--resolve" in c]
    assert '--resolve "docs.example.com:${PORT_80:-80}:127.0.0.1"' in after[0]
    assert len(after) == 2


def test_what_the_data_holds_is_counted_before_the_stop_and_after_the_start(tmp_path: Path) -> None:
    """The commands as they stand; rows lost on the way make the last one fail."""
    user = Account("postgres", 105, 111)
    host = replanned("db", census="printf 'shop|items|400\\n'", user=user)
    stop = commands(host, "stop")
    assert "census" in stop[0]
    assert "systemctl stop" in stop[-1]
    (compare,) = [c for c in commands(host, "check") if "census" in c]
    (tmp_path / "hosts/db/before").mkdir(parents=True)
    stand_in = tmp_path / "engine"
    stand_in.write_text("#!/bin/sh\necho 'shop|items|'$ROWS\n")
    stand_in.chmod(0o755)
    here = f"cd {tmp_path} && "
    runuser = 'runuser() { shift 3; "$@"; }; '
    made = sh(here + runuser + stop[0].replace('$SSH "$SUDO "', "eval "), SSH="", SUDO="")
    assert made.returncode == 0, made.stderr
    for rows, status in (("400", 0), ("399", 1)):
        assert sh(here + compare, ENGINE=str(stand_in), ROWS=rows).returncode == status


def test_units_stay_away_with_what_would_start_them_until_the_backout(tmp_path: Path) -> None:
    """The drop-in's commands, run by sh with another root and without systemd."""
    host = replanned("web", started_by=("nginx.socket", "x;y.socket"))
    assert [c for c in commands(host, "stop") if "x;y" in c] == []
    away = commands(host, "cutover")
    back = [c for c in commands(host, "backout") if "90-moved.conf" in c]
    assert len(away) == len(back) == 2

    def run(command: str) -> None:
        local = command.replace('$SSH "$SUDO "', "eval ").replace("/etc/systemd", "./etc/systemd")
        done = sh(f"cd {tmp_path} && systemctl() {{ :; }} && " + local.replace("sh -c", "eval"))
        assert done.returncode == 0, done.stderr

    for command in away:
        run(command)
    made = sorted(p for p in tmp_path.rglob("*.conf"))
    assert [p.parent.name for p in made] == ["nginx.service.d", "nginx.socket.d"]
    assert made[0].read_text() == "[Unit]\nConditionPathExists=/moved-to-a-container\n"
    for command in back:
        run(command)
    assert not list(tmp_path.rglob("*.conf"))


def test_jobs_are_scheduled_on_the_target() -> None:
    titles = [s.title for s in HOSTS["app"].steps if s.phase == "cutover"]
    assert any(title.startswith("Schedule the jobs") for title in titles)
    assert "cat hosts/app/jobs.cron" in commands(HOSTS["app"], "cutover")
