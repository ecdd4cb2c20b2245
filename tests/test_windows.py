"""Windows without Windows: the script's syntax, its masks, the way to it, what becomes of it.

collector.ps1 has never been executed. What is tested here is everything else: that a parser of the
language takes it, that its masking rules (which Python shares) hide what they should, that the
connection gets what it understands, and that constructed answers become facts and workloads.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import ours
import pytest
import tree_sitter_powershell
from hypothesis import given, settings
from hypothesis import strategies as st
from tree_sitter import Language, Node, Parser

from planner import facts, store
from planner.facts.text import UnreadableError
from planner.facts.windows import NOT_OF_WINDOWS, installed, running, system, tasks, web
from planner.gather import gather
from planner.gather.look import WINDOWS_SECTIONS, windows_collector
from planner.gather.masking import RULES, mask, masked
from planner.model import Section, Snapshot
from planner.plan import make_plan
from planner.session import Options, targets
from planner.session.framing import decode
from planner.session.shellless import why_no_shell
from planner.workloads import detect

NONCE = "feedfacefeedfacefeedfacefeedface"
HOSTS = Path(__file__).parent / "hosts"
SCRIPT = windows_collector(NONCE)


def seen(name: str) -> Snapshot:
    return store.read_snapshots([HOSTS / name / "snapshot.json"])[0]


# --- the script ----------------------------------------------------------------------------------


def parsed(text: str) -> Node:
    return Parser(Language(tree_sitter_powershell.language())).parse(text.encode()).root_node


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


def test_the_parser_would_see_an_error() -> None:
    assert parsed(SCRIPT.replace("$State.Sections += 1\n", "$State.Sections += (1\n", 1)).has_error


def test_the_script_is_powershell() -> None:
    wrong = [n.start_point for n in nodes(parsed(SCRIPT)) if n.type == "ERROR" or n.is_missing]
    assert wrong == []


def commands() -> set[str]:
    found = {n.text.decode().lower() for n in nodes(parsed(SCRIPT)) if n.type == "command_name"}
    return {name for name in found if name.isascii()}


def test_it_calls_nothing_that_writes() -> None:
    """Cmdlets and functions by name; New-Object makes what only reads, Add and Replace are methods
    of lists and strings. ``&`` starts netstat and appcmd, which list here.
    """
    own = {m.lower() for m in re.findall(r"^function ([\w-]+)", SCRIPT, re.MULTILINE)}
    reads = {
        "foreach-object", "get-childitem", "get-ciminstance", "get-command", "get-content",
        "get-item", "get-nettcpconnection", "get-netudpendpoint", "get-service",
        "get-windowsfeature", "join-path", "new-object", "select-object", "test-path",
        "where-object",
    }  # fmt: skip
    assert commands() - own - reads == set()
    assert re.findall(r"& \(Join-Path [^)]*\) ?[^)\n]*", SCRIPT) == [
        "& (Join-Path $System32 'netstat.exe') -ano",
        "& (Join-Path $folder 'appcmd.exe') list $kind /xml",
    ]
    assert "Win32_Product'" not in SCRIPT
    assert not re.search(r"\.(Create|Delete|Put|Invoke|SetValue|Save|Write\w*)\(", SCRIPT)


def test_it_is_plain_ascii_and_says_that_it_never_ran() -> None:
    assert SCRIPT.isascii()
    assert "NEVER EXECUTED" in SCRIPT
    assert len(WINDOWS_SECTIONS) == len(set(WINDOWS_SECTIONS)) > 20
    assert {"identity", "win-os"} <= set(WINDOWS_SECTIONS)


# --- secrets -------------------------------------------------------------------------------------

SECRET = "Holunder7-Distel"
PLANTED = (
    "app.exe --password {}", "app.exe --db-password={}", "app.exe /password:{}", "app.exe /pwd {}",
    "app.exe -Token {}", "app.exe --api-key {}", 'app.exe --client-secret "{} x"', "x /rp {}",
    "x /p:{}", "plink -pw {} host", "x -p {}", "mysqldump -u root -p{} shop", "curl -u bob:{} http://x",
    "sqlcmd -S . -U sa -P {}", "sqlcmd -S . -U sa -P{}", "net use Z: \\\\nas\\x {} /user:corp\\bob",
    "net user bob {} /add", "sftp://edi:{}@edi.example/in", "https://bob:{}@host/x?y=1",
    "amqp://guest:{}@mq:5672/%2f", "Server=db;User ID=sa;Password={};Encrypt=true",
    "Server=db;Database=x;Pwd={} and more;Timeout=3", "Data Source=db;Uid=sa;Password={} two words",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={}==;EndpointSuffix=core.windows.net",
    "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey={}=", "https://x/c?sv=1&sig={}&se=2",
    "java -Ddb.password={} -jar x.jar", "DB_PASSWORD={}", "PGPASSWORD={} psql", "secret: {}",
    '{{"password": "{}"}}', '{{"accessToken":"{}"}}', "Authorization: Bearer {}1234",
    "-Header 'Authorization: Basic {}=='", "ConvertTo-SecureString '{}' -AsPlainText -Force",
    "ConvertTo-SecureString -String {} -AsPlainText",
    "passphrase={}", "x --private-key={}", "x --encryption-key {}", "Kennwort={}", "MachineKey={}",
    "x --license-key {}", "--sasl-password={}", "InstrumentationKey={};IngestionEndpoint=x",
    "setx AWS_SECRET_ACCESS_KEY {}", "aws_secret_access_key = {}", "x /token:{}", "cmdkey /pass:{}",
    "bcp db.t out f -U sa -P{}", "-----BEGIN RSA PRIVATE KEY-----{}",
    "x --connection-string '{} y'",
)  # fmt: skip
SHAPES = (
    "-enc " + "SGVsbG8x" * 4 + "==",
    "AKIAIOSFODNN7EXAMPLE", "ghp_" + "a1B2" * 9, "github_pat_" + "a1B2_" * 6, "glpat-" + "a1B2" * 5,
    "xoxb-1234567890-abcdef", "sk_live_" + "a1B2" * 6,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
)  # fmt: skip
ORDINARY = (
    r"C:\Windows\system32\svchost.exe -k LocalServiceNetworkRestricted -p",
    r'"C:\Program Files\Zabbix Agent 2\zabbix_agent2.exe" -c "C:\Zabbix Agent 2\x.conf"',
    r'w3wp.exe -ap "ShopPool" -v "v4.0" -l "webengine4.dll" -a \\.\pipe\iisipm7a0 -m 0 -t 20 -ta 0',
    r"java.exe -Xmx2g -jar D:\Tools\push.jar --port 9400 -p 8080",
    "Credential Manager", "CNG Key Isolation", "https *:443:shop.example.org",
    "Basic Render Service",
    "CN=shop.example.org, O=Example Shop GmbH, C=DE",
    "Microsoft .NET 8.0.10 - Windows Server Hosting",
    r"D:\Sites\Shop", "NT SERVICE\\W3SVC", "10.20.0.14/255.255.255.0", "2026-11-20T08:00:02Z",
    "powershell.exe -NoProfile -ExecutionPolicy Bypass -File D:\\Jobs\\report.ps1",
    "<CalendarTrigger><StartBoundary>2023-05-01T02:30:00</StartBoundary></CalendarTrigger>",
    "http://monitoring.example:8080/path?page=2", "net stop Tomcat7 & net start Tomcat7",
)  # fmt: skip


@pytest.mark.parametrize("text", PLANTED)
def test_a_secret_is_masked(text: str) -> None:
    hidden = mask(text.format(SECRET))
    assert SECRET not in hidden
    assert "***" in hidden
    assert mask(hidden) == hidden


@pytest.mark.parametrize("shape", SHAPES)
def test_what_looks_like_a_secret_is_masked(shape: str) -> None:
    assert shape not in mask(f"x.exe {shape} y")


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays(text: str) -> None:
    assert mask(text) == text


def test_rules_are_the_same_in_both_engines() -> None:
    """.NET and Python agree on these constructs; what they spell differently is not in a rule."""
    for rule in RULES:
        assert re.compile(rule).groups == 1
        assert not re.search(r"\(\?P|\(\?[aiLmsux]|\\[AZzGkN]|\(\?\(|\(\?>", rule), rule
        assert "'" + rule.replace("'", "''") + "'" in SCRIPT


def test_the_controller_masks_again_before_it_writes() -> None:
    line = f"Name=x\tPathName=x.exe --token {SECRET}\tState=Running\n"
    found = masked({"win-services": Section("ok", line, f"password={SECRET}")})["win-services"]
    assert found.text == "Name=x\tPathName=x.exe --token ***\tState=Running\n"
    assert SECRET not in found.reason


@pytest.mark.parametrize("line", ["AccessKeyId=AKIAIOSFODNN7EXAMPLE", "Port=ghp_" + "a1B2" * 9])
def test_a_harmless_name_hides_no_secret(line: str) -> None:
    found = masked({"hosts": Section("ok", line)})["hosts"]
    assert line.partition("=")[2] not in found.text


# --- the way -------------------------------------------------------------------------------------


@pytest.fixture
def plugin() -> Any:
    """The action plugin's helpers, without Ansible's loader."""
    import importlib.util

    import planner.session

    folder = Path(planner.session.__file__).parent / "ansible/collections/ansible_collections"
    found = {}
    for name in ("powershell", "refusal"):
        path = folder / f"planner/look/plugins/plugin_utils/{name}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found[name] = module
    return SimpleNamespace(**found)


def test_the_command_is_one_that_connections_know(plugin: Any) -> None:
    from ansible.plugins.loader import shell_loader

    shell = shell_loader.get("powershell")
    command = plugin.powershell.command()
    empty = shell._encode_script("", as_list=False, strict_mode=False, preserve_rc=False)
    assert command.startswith(empty)
    assert len(command) < 8191
    text = base64.b64decode(command.split(" ")[-1]).decode("utf-16-le")
    assert not parsed(text).has_error
    assert not any(n.type == "ERROR" for n in nodes(parsed(text)))


def test_the_input_is_the_script_in_short_lines(plugin: Any) -> None:
    packed = plugin.powershell.packed(SCRIPT.encode())
    lines = packed.splitlines()  # as the connection plugin psrp hands it over
    assert max(map(len, lines)) <= 4000
    assert gzip.decompress(base64.b64decode(b"".join(lines))).decode() == SCRIPT
    assert len(packed) < 60_000


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("This account is currently not available.", "nologin"),
        ("This service allows sftp connections only.", "SFTP"),
        ("fatal: unrecognized command '/bin/sh -c x'", "Git"),
        ("rbash: line 1: /bin/sh: restricted: cannot specify `/' in command names", "restricted"),
        ("% Invalid input detected at '^' marker.", "Cisco"),
        ("error: unknown command: /bin/sh", "Junos"),
        ("bad command name /bin/sh (line 1 column 1)", "RouterOS"),
        ("Unknown command: `/bin/sh'", "appliance"),
    ],
)
def test_a_login_that_is_no_shell_is_named(plugin: Any, said: str, meaning: str) -> None:
    told = plugin.refusal.explained(said)
    assert meaning in told
    assert said in told
    assert "stays what it is" in told


def test_ordinary_complaints_stay(plugin: Any) -> None:
    for said in ("Permission denied (publickey).", "sudo: a password is required", "/bin/sh: 1: x"):
        assert plugin.refusal.explained(said) == said


@pytest.mark.parametrize(
    "error",
    [
        b"'/bin/sh' is not recognized as an internal or external command,\r\noperable program",
        b"The system cannot find the path specified.\r\n",
        b"/bin/sh : The term '/bin/sh' is not recognized as the name of a cmdlet, function,\r\n",
    ],
)
def test_windows_is_known_by_its_answer(plugin: Any, error: bytes) -> None:
    assert plugin.refusal.is_windows(b"", error)
    assert not plugin.refusal.is_windows(b"", b"/bin/sh: 1: nope: not found\n")


CONNECTION = '''
"""Records what a connection to Windows is handed, and answers as a file says."""
DOCUMENTATION = """
name: fake
short_description: a Windows that only records
description: [none]
options:
  answer: {description: x, vars: [{name: fake_answer}]}
  record: {description: x, vars: [{name: fake_record}]}
  refuses: {description: x, default: "", vars: [{name: fake_refuses}]}
"""
import json
from pathlib import Path
from ansible.plugins.connection import ConnectionBase

class Connection(ConnectionBase):
    transport = "fake"
    has_pipelining = True
    allow_executable = False
    def _connect(self):
        return self
    def close(self):
        pass
    def put_file(self, *arguments): raise AssertionError
    def fetch_file(self, *arguments): raise AssertionError
    def exec_command(self, cmd, in_data=None, sudoable=True):
        with open(self.get_option("record"), "a") as stream:
            stream.write(json.dumps([cmd, (in_data or b"").decode(), sudoable]) + "\\n")
        refuses = self.get_option("refuses")
        if refuses and not cmd.startswith("PowerShell "):
            return 1, b"", refuses.encode()
        return 0, Path(self.get_option("answer")).read_bytes(), b"#< CLIXML\\r\\nnoise"
'''
PREAMBLE = re.compile(r"^\$Nonce = '([0-9a-f]{32})'$", re.MULTILINE)


def framed(nonce: str, snapshot: Snapshot, end: str = "\r\n") -> bytes:
    """A snapshot's sections as the script would send them, through PSRP or a console."""
    lines: list[str] = ["a banner"]
    total = 0
    for name, section in snapshot.sections.items():
        text = section.text.split("\n")[:-1]
        total += len(text)
        state = f"{section.state} {section.exit} {section.ms} {len(text)} {section.reason}"
        lines += [f"{nonce} B {name}", *(f"{nonce} |{line}" for line in text)]
        lines.append(f"{nonce} E {name} {state}".rstrip())
    return end.join([*lines, f"{nonce} Z {len(snapshot.sections)} {total}", ""]).encode()


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_what_the_script_sends_survives_the_wire(end: str) -> None:
    snapshot = seen("windows-2019")
    payload = decode(framed(NONCE, snapshot, end), NONCE)
    assert payload.problem == ""
    assert payload.sections == snapshot.sections
    assert masked(payload.sections) == payload.sections


@pytest.mark.parametrize("way", ["powershell", "cmd", "sh"])
def test_the_whole_way_to_a_machine_that_answers(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through Ansible, with a connection that records: as winrm and psrp (shell powershell), as
    ssh to cmd.exe, and as ssh that nobody told of Windows, where /bin/sh is refused first.
    """
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "fake.py").write_text(CONNECTION)
    monkeypatch.setenv("ANSIBLE_CONNECTION_PLUGINS", str(plugins))
    monkeypatch.setattr("secrets.token_hex", lambda size: NONCE)
    snapshot = seen("windows-2019")
    leaky = Section(
        "ok", f"Name=a\tPathName=a.exe --token {SECRET}\tState=Running\tStartMode=Auto\n"
    )
    sections = {**snapshot.sections, "win-services": leaky}
    (tmp_path / "answer").write_bytes(
        framed(NONCE, msgspec.structs.replace(snapshot, sections=sections))
    )
    refusal = (
        "'/bin/sh' is not recognized as an internal or external command" if way == "sh" else ""
    )
    host = {
        "ansible_connection": "fake",
        "ansible_become": way == "powershell",
        "ansible_become_method": "runas",
        "ansible_become_user": "Administrator",
        "fake_answer": str(tmp_path / "answer"),
        "fake_record": str(tmp_path / "record"),
        "fake_refuses": refusal,
        "ansible_shell_type": way,
    }
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": {"win": host}}}))
    result = gather(
        Options(inventory=(str(inventory),)), tmp_path / "out", lambda: "2026-01-31T12:00:00Z"
    )
    assert result.seen == ("win",), (result.failed, result.unreachable)
    found = store.read_snapshots(list(result.snapshots))[0]
    assert set(found.sections) == set(WINDOWS_SECTIONS)
    assert found.login.user == "CORP\\svc-ansible"
    assert found.login.root
    assert found.collector == "ps-1"
    assert SECRET not in result.snapshots[0].read_text()
    assert found.reason == (
        "become is not used on Windows: looked as the login" if way == "powershell" else ""
    )
    handed = [json.loads(line) for line in (tmp_path / "record").read_text().splitlines()]
    assert len(handed) == (2 if way == "sh" else 1)
    command, given, sudoable = handed[-1]
    assert command.startswith("PowerShell -NoProfile ")
    assert not sudoable
    script = gzip.decompress(base64.b64decode(given)).decode()
    assert PREAMBLE.search(script)
    assert not parsed(script).has_error


@pytest.mark.parametrize(
    "said",
    [
        "PowerShell 2.0: the look needs 3.0 (Windows Management Framework 3.0)",
        "PowerShell runs in ConstrainedLanguage here, and the look needs the full language",
    ],
)
def test_a_powershell_that_cannot_says_so(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "fake.py").write_text(CONNECTION)
    monkeypatch.setenv("ANSIBLE_CONNECTION_PLUGINS", str(plugins))
    (tmp_path / "answer").write_bytes(f"planner says: {said}\r\n".encode())
    inventory = tmp_path / "inventory.ini"
    inventory.write_text(
        f"win ansible_connection=fake ansible_shell_type=powershell fake_answer={tmp_path}/answer"
        f" fake_record={tmp_path}/record\n"
    )
    result = gather(
        Options(inventory=(str(inventory),)), tmp_path / "out", lambda: "2026-01-31T12:00:00Z"
    )
    assert result.failed == (("win", said),)


def test_winrm_takes_the_command_as_it_is(plugin: Any) -> None:
    """The connection plugin itself, without a machine: no second wrapping, all of the input."""
    from ansible.plugins.connection import winrm
    from ansible.plugins.loader import shell_loader

    handed: dict[str, Any] = {}

    def execute(command: str, arguments: list[str], **more: Any) -> tuple[int, bytes, bytes]:
        handed.update(command=command, arguments=arguments, stdin=[*more["stdin_iterator"]])
        return 0, b"", b""

    connection = object.__new__(winrm.Connection)
    connection._shell = shell_loader.get("powershell")
    connection._connected = True
    connection._winrm_exec = execute
    packed = plugin.powershell.packed(SCRIPT.encode())
    assert connection.exec_command(plugin.powershell.command(), in_data=packed)[0] == 0
    words = [handed["command"], *handed["arguments"]]
    assert " ".join(words) == plugin.powershell.command()
    assert b"".join(chunk for chunk, _ in handed["stdin"]) == packed
    assert handed["stdin"][-1][1] is True


def test_psrp_runs_the_bootstrap_in_its_runspace(plugin: Any) -> None:
    """PSRP has no bytes: it decodes our command and pipes the lines of the input into it."""
    from ansible.plugins.connection import psrp
    from ansible.plugins.loader import shell_loader

    handed: dict[str, Any] = {}

    def execute(**given: Any) -> tuple[int, bytes, bytes]:
        handed.update(given)
        return 0, b"", b""

    connection = object.__new__(psrp.Connection)
    connection._shell = shell_loader.get("powershell")
    connection._connected = True
    connection._psrp_host = "win"
    connection._exec_psrp_script = execute
    packed = plugin.powershell.packed(SCRIPT.encode())
    assert connection.exec_command(plugin.powershell.command(), in_data=packed)[0] == 0
    assert "FromBase64String((@($input) -join ''))" in handed["script"]
    assert not parsed(handed["script"]).has_error
    assert gzip.decompress(base64.b64decode("".join(handed["input_data"]))).decode() == SCRIPT


# --- machines without a shell --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        (
            {"ansible_connection": "network_cli", "ansible_network_os": "cisco.ios.ios"},
            "cisco.ios.ios",
        ),
        ({"ansible_connection": "ansible.netcommon.netconf"}, "ansible.netcommon.netconf"),
        ({"ansible_network_os": "eos"}, "eos"),
        ({"ansible_connection": "local", "ansible_network_os": "ios"}, "ios"),
        ({"ansible_connection": "httpapi", "ansible_network_os": "{{ x }}"}, "httpapi"),
    ],
)
def test_a_network_device_is_left_alone(variables: dict[str, object], named: str) -> None:
    assert why_no_shell(variables) == (
        f"network device ({named}): no shell to look with; it stays what it is"
    )


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"ansible_connection": "local"},
        {"ansible_connection": "ssh", "ansible_network_os": "vyos"},
        {"ansible_connection": "winrm"},
        {"ansible_connection": ["odd"]},
    ],
)
def test_others_are_asked(variables: dict[str, object]) -> None:
    assert why_no_shell(variables) == ""


def test_a_device_costs_no_connection(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.ini"
    inventory.write_text(
        "router ansible_connection=network_cli ansible_network_os=cisco.ios.ios"
        " ansible_host=192.0.2.1\nhere ansible_connection=local ansible_become=false\n"
    )
    options = Options(inventory=(str(inventory),))
    assert [bool(target.no_shell) for target in targets(options)] == [False, True]
    result = gather(options, tmp_path / "out", lambda: "2026-01-31T12:00:00Z")
    assert result.seen == ("here",)
    reason = "network device (cisco.ios.ios): no shell to look with; it stays what it is"
    assert result.failed == (("router", reason),)


def test_only_devices_start_no_ansible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*arguments: object, **more: object) -> None:
        raise AssertionError

    monkeypatch.setattr("planner.session.run", never)
    inventory = tmp_path / "inventory.ini"
    inventory.write_text("router ansible_network_os=junos\n")
    result = gather(
        Options(inventory=(str(inventory),)), tmp_path / "out", lambda: "2026-01-31T12:00:00Z"
    )
    assert [host for host, _ in result.failed] == ["router"]


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("This account is currently not available.", "the login's shell is nologin"),
        ("This service allows sftp connections only.", "the login may do SFTP only"),
        ("rbash: line 1: /bin/sh: restricted: cannot specify `/'", "a restricted shell"),
    ],
)
def test_a_login_without_a_shell_fails_with_its_reason(
    said: str, meaning: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "fake.py").write_text(CONNECTION)
    monkeypatch.setenv("ANSIBLE_CONNECTION_PLUGINS", str(plugins))
    host = {"ansible_connection": "fake", "ansible_become": False, "fake_refuses": said}
    host |= {"fake_answer": "/nowhere", "fake_record": str(tmp_path / "record")}
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": {"odd": host}}}))
    result = gather(
        Options(inventory=(str(inventory),)), tmp_path / "out", lambda: "2026-01-31T12:00:00Z"
    )
    assert result.failed == (
        ("odd", f"{meaning}: no shell to look with; it stays what it is ({said})"),
    )


# --- facts ---------------------------------------------------------------------------------------

PARSERS: dict[str, Callable[[str], object]] = {
    "os": system.parse_os,
    "edition": system.parse_edition,
    "memory": system.parse_memory,
    "kernel": lambda text: system.parse_kernel(text, text),
    "cpus": system.parse_cpus,
    "virtualization": system.parse_virtualization,
    "domain": system.parse_domain,
    "addresses": system.parse_addresses,
    "space": system.parse_space,
    "pci": system.parse_pci,
    "usb": system.parse_usb,
    "services": running.parse_services,
    "processes": lambda text: running.parse_processes(text, {}),
    "listeners": running.parse_listeners,
    "connections": running.parse_connections,
    "iis": web.parse,
    "tasks": tasks.parse,
    "features": installed.parse_features,
    "programs": installed.parse_programs,
    "dotnet": installed.parse_dotnet,
    "sql": installed.parse_sql,
    "updates": installed.parse_last_update,
    "certificates": installed.parse_certificates,
    "guests": installed.parse_guests,
    "protection": installed.parse_protection,
    "pending": installed.parse_pending,
    "local-users": installed.parse_local_users,
}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(PARSERS)),
    st.one_of(
        st.text(),
        st.text(alphabet="\n\t=\\ 0189:.[]*TCPUD%KindNamePidPort"),
        st.sampled_from(sorted(SCRIPT.splitlines())),
    ),
    st.sampled_from(["", "netstat\n", "Kind=site\t", "State=Running\tName=", "ProcessId="]),
)
def test_parsers_raise_nothing_else(name: str, text: str, start: str) -> None:
    with suppress(UnreadableError):
        msgspec.json.encode(PARSERS[name](start + text))


@pytest.mark.parametrize("name", ["windows-2019", "windows-2012r2"])
def test_facts_of_windows(name: str, golden: Callable[[Path, str], None]) -> None:
    """All of them but those that Linux alone has."""
    machine = facts.read(seen(name))
    told = {field: getattr(machine, field) for field in machine.__struct_fields__}
    kept = {f: v for f, v in told.items() if getattr(v, "unknown", "") != NOT_OF_WINDOWS}
    assert len(told) - len(kept) > 20
    text = msgspec.json.format(msgspec.json.encode(kept), indent=2).decode() + "\n"
    golden(HOSTS / name / "expected" / "host.json", text)


@pytest.mark.parametrize("section", [s for s in WINDOWS_SECTIONS if s.startswith("win-")])
def test_a_section_that_lacks_is_unknown_never_empty(section: str) -> None:
    snapshot = seen("windows-2019")
    gone = {**snapshot.sections, section: Section("missing", reason="Access is denied")}
    machine = facts.read(msgspec.structs.replace(snapshot, sections=gone))
    assert machine.windows is not None
    both = (machine, machine.windows)
    hit = [
        fact
        for data in both
        for fact in (getattr(data, name) for name in data.__struct_fields__)
        if getattr(fact, "section", "") == section
    ]
    assert hit
    assert {(fact.value, fact.unknown) for fact in hit} == {(None, "Access is denied")}


def test_a_linux_machine_has_no_facts_of_windows() -> None:
    assert facts.read(Snapshot(1, "x", "seen", "", "constructed")).windows is None
    failed = msgspec.structs.replace(seen("windows-2019"), status="failed", reason="gone")
    assert facts.read(failed).windows is None


# --- workloads -----------------------------------------------------------------------------------


def test_what_runs_on_windows() -> None:
    found = detect(facts.read(seen("windows-2019")))
    told = {w.name.partition("-")[0] + ":" + w.kind for w in found.workloads}
    by_kind = {(w.kind, w.title) for w in found.workloads}
    assert {kind for kind, _ in by_kind} == {"iis", "mssql", "service", "file-server", "task"}, told
    titles = {title for _, title in by_kind}
    assert "IIS site Shop (ASP.NET 4.7.2, 2 applications)" in titles
    assert "IIS site Shop API (ASP.NET Core)" in titles
    assert "SQL Server SQLEXPRESS (Express Edition)" in titles
    assert "Order Synchronisation (OrderSync.Worker by Example Shop GmbH)" in titles
    assert "scheduled task \\Shop\\Nightly invoice export" in titles
    assert r"D:\Tools\jdk-17\bin\java.exe" in titles
    assert len(found.workloads) == 8
    assert {a.name for a in found.agents} == {
        "VMTools",
        "Zabbix Agent 2",
        "SQLBrowser",
        "WinDefend",
    }
    shop = next(w for w in found.workloads if w.title.startswith("IIS site Shop ("))
    assert [(entry.address, entry.port) for entry in shop.listeners] == [("*", 80), ("*", 443)]
    assert shop.sites == ("shop.example.org", "www.shop.example.org")
    assert shop.pids == (4212,)
    api = next(w for w in found.workloads if w.name == "iis-Shop-API")
    assert api.pids == (4380, 4392)
    failed = next(w for w in found.workloads if w.unit == "LabelPrinter")
    assert failed.state == "failed"
    sync = next(w for w in found.workloads if w.unit == "OrderSync")
    assert [(p.address, p.port) for p in sync.peers] == [("10.20.0.31", 1521)]


def test_sites_that_could_not_be_seen_are_said() -> None:
    found = detect(facts.read(seen("windows-2012r2")))
    iis = next(w for w in found.workloads if w.kind == "iis")
    assert iis.version == "8.5"
    assert iis.unknowns == ("Which sites it serves: Access to the path is denied.",)
    tomcat = next(w for w in found.workloads if w.unit == "Tomcat7")
    assert [(entry.address, entry.port) for entry in tomcat.listeners] == [
        ("0.0.0.0", 8080),
        ("::", 8080),
    ]
    assert any("time limit" in sentence for sentence in tomcat.unknowns)


def test_windows_stays_for_its_kernel_and_not_for_what_linux_has() -> None:
    """No question is open that only a container on Linux would ask."""
    (plan,) = make_plan([seen("windows-2019")], ours.RULES, as_of=None, version="0").hosts
    assert plan.outcome == "stay"
    assert {w.verdict.outcome for w in plan.workloads} == {"stay-vm"}
    for planned in plan.workloads:
        fired = {f.rule for f in planned.verdict.findings}
        assert "other-operating-system" in fired
        assert not fired & {"other-init", "no-safe-command"}
        open_ = {f.rule for f in planned.verdict.unchecked if f.effect in ("block", "adapt")}
        assert open_ <= {"root-service"}
    assert {u.fact for u in plan.unseen} <= {"guest", "protection"}
    assert plan.steps == ()


def test_a_windows_of_unknown_name_is_not_judged_milder() -> None:
    snapshot = seen("windows-2019")
    gone = {**snapshot.sections, "win-os": Section("missing", reason="Access is denied")}
    blind = msgspec.structs.replace(snapshot, sections=gone)
    (plan,) = make_plan([blind], ours.RULES, as_of=None, version="0").hosts
    assert {w.verdict.outcome for w in plan.workloads} <= {"stay-vm", "insufficient-data"}
