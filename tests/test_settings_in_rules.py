"""What rules read in settings: the way of writing makes no difference, the meaning does."""

from __future__ import annotations

from functools import cache

import pytest

from planner import rules, store
from planner.model import Verdict
from planner.rules import ordinary
from planner.rules.judging import judge
from planner.service import used


@cache
def every() -> rules.RuleSet:
    return rules.load(store.rule_texts(), examples=False)


def judged(path: str, text: str, **changes: object) -> Verdict:
    host = ordinary.host({"files": {path: {"path": path, "text": text}}, **changes})
    found = ordinary.workload({"argv": ["/opt/x/xd", path]})
    return judge(every(), host, found, ordinary.AS_OF)


def fires(rule: str, path: str, text: str) -> bool:
    return rule in {f.rule for f in judged(path, text).findings}


NTLM = "auth_param ntlm program\t/usr/bin/ntlm_auth --helper-protocol=squid-2.5-ntlmssp\n"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("asks-winbind", NTLM),
        ("licence-on-a-dongle", "licence.type\t=\tdongle\n"),
        ("passwords-of-the-machine", "host\tall\tall \t 10.0.0.0/8\tpam\n"),
    ],
)
def test_tabs_are_blanks(rule, text):
    assert fires(rule, "/etc/x.conf", text)
    assert fires(rule, "/etc/x.conf", text.replace("\t", " "))
    assert not fires(rule, "/etc/x.conf", f"#{text}")


@pytest.mark.parametrize(
    ("text", "dongle"),
    [
        ("[license]\ntype = dongle\n", True),
        ("license:\n  type: dongle\n", True),
        ('<property name="licenseType" value="dongle"/>\n', True),
        ('"license": {"type": "dongle"}\n', True),
        ("<device>sentinel-hl</device>\n", True),
        ("licence.type = sentinel-hl\n", True),
        ("redis:\n  mode: sentinel\n", False),
        ("[license]\ntype = file\n", False),
        ("value = dongle.example.org\n", False),
        ("license_server = codemeter-srv01\n", False),
        ("license.host=hasp-lic\n", False),
        ("license_server = codemeter\n", False),
        ("license = hasp-lic01\n", False),
    ],
)
def test_a_dongle_is_no_server(text, dongle):
    assert fires("licence-on-a-dongle", "/etc/x.conf", text) is dongle


@pytest.mark.parametrize(
    "text",
    [
        "exec su - $APP_USER -c '/opt/erp/bin/erpd'\n",
        '[ "$(id -un)" = x ] || exec su - "$TOMCAT_USER" -c "$0 $*"\n',
        "runuser -l ${DBUSER} -c 'pg_dump erp'\n",
    ],
)
def test_a_start_script_that_changes_its_user_lets_nobody_in(text):
    assert not fires("sessions-of-people", "/opt/x/start.sh", text)
    assert fires("sessions-of-people", "/opt/x/start.sh", f"{text}machinectl shell $U@\n")


DIRECTORY = {"domains": ["corp.example"], "sources": {"passwd": ["files", "sss"]}, "keytab": True}


@pytest.mark.parametrize(
    ("directory", "outcomes"),
    [
        (DIRECTORY, {"stay-vm"}),
        ("unknown", {"stay-vm", "insufficient-data"}),
        ({"partial": "cut", "value": {}}, {"stay-vm", "insufficient-data"}),
        ({}, {"container", "container-with-changes"}),
    ],
)
def test_a_hidden_directory_makes_nothing_milder(directory, outcomes):
    running = [
        {"pid": 100, "ppid": 1, "uid": 33, "gid": 33, "rss": 1 << 20},
        *({"pid": pid, "ppid": 100, "uid": 1234400 + pid, "gid": 1} for pid in (101, 102)),
    ]
    local = [{"name": "www-data", "uid": 33, "gid": 33, "shell": "/usr/sbin/nologin"}]
    host = ordinary.host({"processes": running, "accounts": local, "directory": directory})
    found = ordinary.workload({"kind": "service", "pids": [100, 101, 102]})
    assert judge(every(), host, found, ordinary.AS_OF).outcome in outcomes


MODS = "/etc/freeradius/3.0/mods-available"
LINK = {"path": "/etc/freeradius/3.0/mods-enabled/ntlm_auth", "state": "unowned"}


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({}, False),
        ({"config_files": [LINK | {"link": "../mods-available/ntlm_auth"}]}, True),
        ({"config_files": [LINK | {"link": "/srv/c/mods-available"}]}, True),
        ({"config_files": [LINK | {"link": "../mods-available/eap"}]}, False),
        ({"config_files": "unknown"}, True),
        ({"config_files": {"partial": "cut", "value": []}}, True),
        ({"os": {"id": "rocky", "version": "9", "name": "Rocky Linux 9", "family": "rhel"}}, True),
    ],
)
def test_what_only_lies_ready_is_no_setting(changes, read):
    files = {
        f"{MODS}/ntlm_auth": {"path": f"{MODS}/ntlm_auth", "text": "x\n"},
        "/etc/freeradius/3.0/radiusd.conf": {
            "path": "/etc/freeradius/3.0/radiusd.conf",
            "text": "# mods-available/\n$INCLUDE mods-enabled/\n",
        },
    }
    host = ordinary.host({"files": files} | changes)
    found = ordinary.workload({"argv": ["/usr/sbin/freeradius", "/etc/freeradius/3.0"]})
    seen = [f.path for f in used.texts(host, found)]
    assert (f"{MODS}/ntlm_auth" in seen) is read
    assert "/etc/freeradius/3.0/radiusd.conf" in seen


@pytest.mark.parametrize(
    ("text", "cut"), [("$INCLUDE ../mods-available/ntlm_auth\n", False), ("x\n", True)]
)
def test_what_other_settings_name_or_may_name_is_read(text, cut):
    conf = {"path": "/etc/freeradius/3.0/radiusd.conf", "text": text, "truncated": cut}
    files = {
        f"{MODS}/ntlm_auth": {"path": f"{MODS}/ntlm_auth", "text": "x\n"},
        conf["path"]: conf,
    }
    found = ordinary.workload({"argv": ["/usr/sbin/freeradius", "/etc/freeradius/3.0"]})
    assert len(used.texts(ordinary.host({"files": files}), found)) == 2
