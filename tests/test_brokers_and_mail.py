"""Brokers, mail, names and directories: what is subtle in how their configuration is read.

Each starts from a case in ``kinds/`` and changes one thing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import structs

from planner import facts
from planner.model import Workload
from planner.workloads import Detected, detect
from tests.judgement import kit

KINDS = Path(__file__).parent / "kinds"


def changed(tmp_path: Path, case: str, service: str, **keys: Any) -> Detected:
    """What is found on the machine of a case with other keys in one of its services."""
    told = yaml.safe_load((KINDS / f"{case}.yaml").read_text())
    told["services"].setdefault(service, {}).update(keys)
    path = tmp_path / f"{case}.yaml"
    path.write_text(yaml.safe_dump(told))
    return detect(facts.read(kit.load(path).snapshot))


def one(found: Detected, kind: str) -> Workload:
    (workload,) = [w for w in found.workloads if w.kind == kind]
    return workload


def config(case: str, service: str, **texts: str | None) -> dict[str, Any]:
    """The configuration of a case with files replaced, by the end of their names."""
    told = yaml.safe_load((KINDS / f"{case}.yaml").read_text())
    files: dict[str, Any] = told["services"][service]["config"]
    for name, text in texts.items():
        path = next(p for p in files if p.replace(".", "_").replace("-", "_").endswith(name))
        files[path] = text
    return files


def variables(workload: Workload) -> dict[str, str]:
    return {v.name: v.value for v in workload.environment}


def check(workload: Workload) -> str:
    return " ".join(workload.health.command) if workload.health else ""


def test_a_node_of_rabbitmq_keeps_its_name_whatever_says_it(tmp_path: Path) -> None:
    named = one(changed(tmp_path, "rabbitmq", "rabbitmq-server"), "rabbitmq")
    assert variables(named)["RABBITMQ_NODENAME"] == "ship@mq-old-07"

    plain = config("rabbitmq", "rabbitmq-server", rabbitmq_env_conf="MNESIA_BASE=/srv/mq/db\n")
    seen = one(changed(tmp_path, "rabbitmq", "rabbitmq-server", config=plain), "rabbitmq")
    assert variables(seen)["RABBITMQ_NODENAME"] == "ship@mq-old-07", "by its open files"

    stopped = changed(
        tmp_path, "rabbitmq", "rabbitmq-server", config=plain, children=[], listen=[],
        state="stopped", argv=None,
    )  # fmt: skip
    assert variables(one(stopped, "rabbitmq"))["RABBITMQ_NODENAME"] == "rabbit@mq-old-07"


def test_a_long_name_of_a_node_is_told_to_be_one(tmp_path: Path) -> None:
    longer = config("rabbitmq", "rabbitmq-server", rabbitmq_env_conf="NODENAME=a@mq.shop.example\n")
    made = one(changed(tmp_path, "rabbitmq", "rabbitmq-server", config=longer), "rabbitmq")
    assert variables(made)["RABBITMQ_USE_LONGNAME"] == "true"
    assert '"mq.shop.example"' in made.command[-1]


def test_the_cookie_is_a_secret_unless_its_folder_is_a_volume(tmp_path: Path) -> None:
    own = one(changed(tmp_path, "rabbitmq", "rabbitmq-server"), "rabbitmq")
    assert "/var/lib/rabbitmq/.erlang.cookie" in [s.path for s in own.secrets]
    assert [v.path for v in own.volumes] == ["/srv/mq/db"]

    plain = config(
        "rabbitmq", "rabbitmq-server", rabbitmq_env_conf="MNESIA_BASE=/var/lib/rabbitmq\n"
    )
    whole = one(changed(tmp_path, "rabbitmq", "rabbitmq-server", config=plain), "rabbitmq")
    assert "/var/lib/rabbitmq/.erlang.cookie" not in [s.path for s in whole.secrets]


def test_the_port_mapper_of_erlang_stays_in_the_foreground(tmp_path: Path) -> None:
    mapper = {
        "run": "/usr/bin/epmd -systemd",
        "owner": "erlang-base",
        "user": "epmd",
        "listen": ["tcp *:4369"],
    }
    found = changed(tmp_path, "rabbitmq", "epmd", **mapper)
    (epmd,) = [w for w in found.workloads if w.name == "epmd"]
    assert epmd.command == ("/usr/bin/epmd",), "no socket of systemd is passed to a container"


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("cluster { port: 6222 }\nport: 4300\n", 4300),
        ("cluster { port: 6222 }\n", 4222),
        ("listen: 10.0.0.9:4301\nleafnodes { port = 7422 }\n", 4301),
    ],
)
def test_the_port_of_nats_is_that_of_clients(tmp_path: Path, text: str, port: int) -> None:
    files = config("nats", "nats", nats_conf=text)
    made = one(changed(tmp_path, "nats", "nats", config=files), "nats")
    assert f"/127.0.0.1/{port}" in check(made)


@pytest.mark.parametrize(
    ("text", "volumes", "lost"),
    [
        ("jetstream { store_dir: /srv/js }\n", ["/srv/js"], False),
        ("jetstream: true\n", [], True),
        ("jetstream { enabled: false, store_dir: /srv/js }\n", [], False),
        ("port: 4300\n", [], False),
    ],
)
def test_streams_of_nats(tmp_path: Path, text: str, volumes: list[str], lost: bool) -> None:
    files = config("nats", "nats", nats_conf=text)
    made = one(changed(tmp_path, "nats", "nats", config=files, writes=[], data={}), "nats")
    assert [v.path for v in made.volumes] == volumes
    assert any("temporary folder" in sentence for sentence in made.unknowns) == lost


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("listener 1890\n", "/1890"),
        ("listener 1890\ncertfile /c.pem\nlistener 1891 0.0.0.0\n", "/1891"),
        ("listener 1890 10.0.0.9\nlistener 1892\nprotocol websockets\n", "/1890"),
        ("persistence true\n", "/1883"),
    ],
)
def test_the_listener_of_mosquitto_that_is_checked(tmp_path: Path, text: str, sent: str) -> None:
    files = config("mosquitto", "mosquitto", mosquitto_conf=text)
    made = one(changed(tmp_path, "mosquitto", "mosquitto", config=files), "mosquitto")
    assert f"127.0.0.1{sent}" in check(made)


def test_mosquitto_without_a_log_of_its_own_needs_no_copy(tmp_path: Path) -> None:
    files = config("mosquitto", "mosquitto", mosquitto_conf="listener 1890\nlog_dest stdout\n")
    made = one(changed(tmp_path, "mosquitto", "mosquitto", config=files), "mosquitto")
    assert made.command == ("/usr/sbin/mosquitto", "-c", "/etc/mosquitto/mosquitto.conf")


def test_kafka_says_where_its_clients_are_sent(tmp_path: Path) -> None:
    made = one(changed(tmp_path, "kafka", "kafka"), "kafka")
    assert any("stream1.shop.example" in a.what for a in made.adaptations)
    bound = one(changed(tmp_path, "kafka-zookeeper", "kafka"), "kafka")
    assert [a.id for a in bound.adaptations if "instead of 10.20.0.15" in a.what] == ["bind"]
    assert "listeners=PLAINTEXT://0.0.0.0:9092" in bound.command
    assert "advertised.listeners=PLAINTEXT://10.20.0.15:9092" in bound.command
    assert [v.path for v in bound.volumes] == ["/data/kafka"], "ZooKeeper's is not its"
    assert (made.version, bound.version) == ("3.7.1", "5.3.1")


def test_zones_that_named_writes_are_data_and_others_configuration(tmp_path: Path) -> None:
    text = """
        options { directory "/var/cache/named"; };  // its own
        zone "a.example" { type master; file "/etc/named/a.db"; };
        zone "b.example" { type primary; file "/srv/zones/b.db"; update-policy local; };
        zone "c.example" { type secondary; file "/srv/slaves/c.db"; primaries { 10.0.0.1; }; };
        zone "d.example" { type master; file "/etc/named/dyn/d.db"; allow-update { none; }; };
    """
    files = config("bind", "named", named_conf=text)
    made = one(changed(tmp_path, "bind", "named", config=files, writes=[], data={}), "bind")
    assert sorted(v.path for v in made.volumes) == ["/srv/slaves", "/srv/zones", "/var/cache/named"]
    assert "b.example" in made.census
    assert "c.example" not in made.census, "its source is another server"


def test_named_that_listens_on_an_address_of_the_machine_says_so(tmp_path: Path) -> None:
    text = "options { listen-on { 127.0.0.1; 10.20.0.10; }; };\n"
    files = config("bind", "named", named_conf=text)
    made = one(changed(tmp_path, "bind", "named", config=files), "bind")
    assert any("10.20.0.10" in sentence for sentence in made.unknowns)


def test_slapd_changes_to_no_user_in_the_container(tmp_path: Path) -> None:
    made = one(changed(tmp_path, "openldap", "slapd"), "openldap")
    assert made.run_as
    assert made.run_as.name == "openldap"
    assert not {"-u", "-g"} & set(made.command)
    assert made.command[-2:] == ("-d", "stats,sync")


def test_postfix_takes_maps_with_their_built_form_and_no_capability(tmp_path: Path) -> None:
    made = one(changed(tmp_path, "mail", "postfix"), "postfix")
    assert {"/etc/postfix/sasl_passwd", "/etc/postfix/sasl_passwd.db"} <= {
        s.path for s in made.secrets
    }
    assert "/etc/postfix/vmailbox.db" in [c.path for c in made.copies]
    assert made.capabilities == ()
    assert made.run_as is None


def test_postfix_that_cannot_log_to_the_output_has_no_command(tmp_path: Path) -> None:
    old = changed(tmp_path, "mail", "postfix", package="postfix 2:2.10.1-9.el7")
    assert one(old, "postfix").command == ()


def test_a_mail_server_of_its_own_machine_alone_stays_its_satellite(tmp_path: Path) -> None:
    found = changed(tmp_path, "mail", "postfix", listen=["127.0.0.1:25"])
    assert "postfix" not in [w.kind for w in found.workloads]
    assert "postfix" in [a.name for a in found.agents]


def test_dovecot_and_postfix_share_the_folder_of_their_sockets(tmp_path: Path) -> None:
    found = changed(tmp_path, "mail", "dovecot")
    queue = [v.name for w in found.workloads for v in w.volumes if v.path == "/var/spool/postfix"]
    assert len(queue) == 2
    assert len(set(queue)) == 1
    assert {"postfix", "vmail"} <= {a.name for a in one(found, "dovecot").accounts}


@pytest.mark.parametrize(
    ("told", "volumes"),
    [
        ("mail_location = mbox:~/mail:INBOX=/var/mail/%u\n", {"/var/mail", "/data/mail"}),
        ("mail_location = maildir:/m/%d/%n:INDEX=/i/%u\n", {"/m", "/i", "/data/mail"}),
        ("mail_location = maildir:/x/%n\nmail_location = sdbox:/m/%n\n", {"/m", "/data/mail"}),
        ("mail_driver = maildir\nmail_path = /m/%{user}\n", {"/m", "/data/mail"}),
    ],
)
def test_mailboxes_of_dovecot(tmp_path: Path, told: str, volumes: set[str]) -> None:
    files = config("mail", "dovecot", mail_conf=told)
    made = one(changed(tmp_path, "mail", "dovecot", config=files, data={}), "dovecot")
    assert {v.path for v in made.volumes} - {"/var/spool/postfix"} == volumes


@pytest.mark.parametrize(
    ("case", "service", "kind", "file", "text", "said"),
    [
        ("nats", "nats", "nats", "nats_conf", 'listen: "10.0.0.9:4300"\n', "-a 0.0.0.0 -l"),
        ("mail", "postfix", "postfix", "main_cf", "inet_interfaces = 10.0.0.9, localhost\n",
         "postconf -e inet_interfaces=all && exec"),
        ("mail", "dovecot", "dovecot", "dovecot_conf", "listen = 10.0.0.9\n", "'listen = *, ::'"),
        ("mosquitto", "mosquitto", "mosquitto", "mosquitto_conf", "listener 1890 10.0.0.9\n",
         r"[[:space:]]+10\.0\.0\.9!\1!"),
    ],
)  # fmt: skip
def test_an_address_of_the_machine_is_none_of_the_container(
    tmp_path: Path, case: str, service: str, kind: str, file: str, text: str, said: str
) -> None:
    files = config(case, service, **{file: text})
    made = one(changed(tmp_path, case, service, config=files), kind)
    assert said in " ".join(made.command)


def test_urls_of_slapd_lose_the_addresses_of_the_machine(tmp_path: Path) -> None:
    urls = "ldap://10.0.0.9:1389/ ldaps://ldap.shop.example/ ldap://127.0.0.1:390 ldapi:///"
    argv = f"/usr/sbin/slapd -h '{urls}' -u openldap -f /etc/ldap/slapd.conf"
    made = one(changed(tmp_path, "openldap", "slapd", argv=argv), "openldap")
    assert made.command[2] == "ldap://:1389/ ldaps:/// ldap://127.0.0.1:390 ldapi:///"


def test_an_address_that_is_no_address_reaches_no_expression_of_sed() -> None:
    machine = kit.load(KINDS / "mosquitto.yaml")
    files = machine.snapshot.sections["files"]
    text = files.text.replace("listener ", "listener 1883 z!z!;eid>pwn;:\nlistener ", 1)
    sections = {**machine.snapshot.sections, "files": structs.replace(files, text=text)}
    host = facts.read(structs.replace(machine.snapshot, sections=sections))
    (found,) = [w for w in detect(host).workloads if w.kind == "mosquitto"]
    assert "eid" not in " ".join(found.command)
