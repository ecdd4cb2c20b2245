"""What the detectors of languages read: command lines of Java, the list of PM2, Celery, uWSGI."""

from __future__ import annotations

import json

import hostkit
import pytest

from planner.model import Process, TextFile, Unit
from planner.service import celery, jvm, pm2
from planner.service.view import Service, commands, setting


def service(*processes: Process, directives: tuple[tuple[str, str], ...] = (),
            files: dict[str, str] | None = None) -> Service:  # fmt: skip
    texts = {path: TextFile(path, text) for path, text in (files or {}).items()}
    unit = Unit("it.service", directives=tuple(("Service", n, v) for n, v in directives))
    return Service(hostkit.host(files=texts), "it", unit, processes)


def process(pid: int, *argv: str, ppid: int = 1, exe: str = "") -> Process:
    return Process(pid=pid, ppid=ppid, uid=1000, gid=1000, argv=argv, exe=exe)


@pytest.mark.parametrize(
    ("line", "jar", "main", "arguments"),
    [
        ("java -Xmx1g -jar a.jar --port=1", "a.jar", "", ("--port=1",)),
        ("java -cp /x:/y com.example.Main go", "", "com.example.Main", ("go",)),
        ("java --module-path /m -m app/app.Main", "", "app", ()),
        ("java --add-opens java.base/java.lang=ALL-UNNAMED -jar b.jar", "b.jar", "", ()),
        ("java --add-opens=java.base/java.lang=ALL-UNNAMED Main", "", "Main", ()),
        ("java $JAVA_OPTS -jar c.jar", "c.jar", "", ()),
        ("java ${JAVA_OPTS} Main", "", "Main", ()),
        ("java -version", "", "", ()),
        ("java", "", "", ()),
    ],
)
def test_a_command_line_of_java(line: str, jar: str, main: str, arguments: tuple[str, ...]) -> None:
    found = jvm.read(tuple(line.split()))
    assert (found.jar, found.main, found.arguments) == (jar, main, arguments)


def test_properties_and_class_path_of_java() -> None:
    found = jvm.read(("/usr/bin/java", "-Da.b=/c/../d", "-Dflag", "-cp", "/x/*:/y.jar", "Main"))
    assert found.properties == {"a.b": "/c/../d", "flag": ""}
    assert found.folder("a.b") == "/d"
    assert found.classpath == ("/x/*", "/y.jar")


DAEMON = process(10, "PM2 v5.3.0: God Daemon (/home/deploy/.pm2)", exe="/usr/bin/node")
DUMP = "/home/deploy/.pm2/dump.pm2"


def listed(**more: object) -> dict[str, object]:
    return {"name": "api", "pm_exec_path": "/srv/api/server.js", "pm_cwd": "/srv/api", **more}


def test_an_application_of_pm2_has_its_own_command_and_variables() -> None:
    entry = listed(
        args=["--name", "a b", "100%", "$HOME"],
        node_args="--inspect --trace",
        env={"PORT": 8080, "API_KEY": "***", "PATH": "/bin", "PM2_HOME": "/x", "lower": "no"},
    )
    app = process(11, "node /srv/api/server.js", ppid=10, exe="/usr/bin/node")
    directives = (("ExecStart", "/usr/bin/pm2 resurrect"), ("User", "deploy"), ("Type", "forking"))
    whole = service(DAEMON, app, directives=directives, files={DUMP: json.dumps([entry])})
    (found,) = pm2.parts(whole)
    (start,) = commands(found, "ExecStart")
    assert (start.path, *start.argv[1:]) == (
        "/usr/bin/node", "--inspect", "--trace", "/srv/api/server.js", "--name", "a b", "100%",
        "$HOME",
    )  # fmt: skip
    assert (found.name, found.pids) == ("api", frozenset({11}))
    assert setting(found, "WorkingDirectory") == "/srv/api"
    assert setting(found, "User") == "deploy"
    assert found.unit is not None
    told = [value for _, name, value in found.unit.directives if name == "Environment"]
    assert told == ["API_KEY=***", "PORT=8080"]


def test_a_list_of_pm2_that_cannot_be_read_leaves_what_runs() -> None:
    app = process(11, "node /srv/api/server.js", ppid=10, exe="/usr/bin/node")
    (found,) = pm2.parts(service(DAEMON, app, files={DUMP: "[{"}))
    assert (found.name, found.pids) == ("api", frozenset({11}))
    assert any("pm2 save" in sentence for sentence in found.unknowns)


def test_a_program_without_interpreter_of_pm2_is_started_by_itself() -> None:
    entry = listed(pm_exec_path="/srv/x/run", exec_interpreter="none", args=["-v"])
    (found,) = pm2.parts(service(DAEMON, files={DUMP: json.dumps([entry])}))
    (start,) = commands(found, "ExecStart")
    assert (start.path, *start.argv[1:]) == ("/srv/x/run", "-v")


def test_what_is_not_pm2_is_left_alone() -> None:
    other = service(process(11, "/usr/bin/node", "server.js"))
    assert pm2.parts(other) == (other,)


MULTI = (("ExecStart", "/srv/o/venv/bin/celery multi start w1 w2 -A o"), ("Type", "forking"))


def worker(pid: int, ppid: int = 1) -> Process:
    words = "/srv/o/venv/bin/python3 -m celery -A o worker --pidfile=/run/c.pid -f /var/log/c.log"
    return process(pid, *words.split(), "--hostname=w1@x", "-D", ppid=ppid)


def test_one_worker_of_celery_multi_runs_in_the_foreground() -> None:
    found = celery.command(service(worker(5), worker(6, 5), directives=MULTI))
    assert found.argv == (
        "/srv/o/venv/bin/python3", "-m", "celery", "-A", "o", "worker", "--hostname=w1@x",
    )  # fmt: skip


def test_several_workers_of_celery_multi_are_several_containers() -> None:
    found = celery.command(service(worker(5), worker(6), directives=MULTI))
    assert not found.argv
    assert "2 workers" in found.unknowns[0]


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("/v/bin/celery -A o beat", "/srv/o/celerybeat-schedule"),
        ("/v/bin/celery -A o worker -B", "/srv/o/celerybeat-schedule"),
        ("/v/bin/celery -A o worker", ""),
        ("/v/bin/celery -A o beat -s /var/lib/o/schedule", ""),
        ("/v/bin/celery -A o beat --schedule=/var/lib/o/schedule", ""),
        ("/v/bin/drum beat", ""),
    ],
)
def test_where_beat_keeps_its_schedule(line: str, file: str) -> None:
    directives = (("ExecStart", line), ("WorkingDirectory", "/srv/o"))
    assert celery.schedule(service(directives=directives)) == file
