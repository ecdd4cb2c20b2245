"""What the detectors of web servers and proxies make of configuration; and the lines of sh that
start their containers, run here on texts of ours."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hostkit import host
from ours import RULES

from planner.model import ConfigFile, Fact, Host, TextFile, Workload
from planner.plan import make_plan
from planner.service import apacheconf, included, phpruntime
from planner.workloads.apache import around
from tests.judgement import kit

KINDS = Path(__file__).parent / "kinds"


def with_files(texts: dict[str, str], *links: tuple[str, str]) -> Host:
    """A machine that carries these texts, and has these links (path, target)."""
    files = {path: TextFile(path, text=text) for path, text in texts.items()}
    made = tuple(ConfigFile(path, "unowned", link=target) for path, target in links)
    return host(files=files, config_files=made)


def found(case: str, name: str, tmp_path: Path, *changes: tuple[str, str]) -> Workload:
    """A service of a case of tests/kinds, with some text of the case replaced."""
    text = (KINDS / f"{case}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = tmp_path / f"{case}.yaml"
    path.write_text(text, encoding="utf-8")
    (machine,) = make_plan([kit.load(path).snapshot], RULES, as_of=None, version="0").hosts
    return next(i.workload for i in machine.workloads if i.workload.name == name)


def test_apache_is_read_with_includes_links_variables_and_sections() -> None:
    machine = with_files(
        {
            "/etc/apache2/apache2.conf": "Define PLACE /srv/www\nInclude sites-enabled/*.conf\n"
            'ErrorLog ${LOGS}/error.log\nPidFile "/run/a b/apache2.pid"\n',
            "/etc/apache2/sites-available/shop.conf": "<VirtualHost *:80>\n"
            " ServerName shop.example\n"
            " # DocumentRoot /srv/old\n DocumentRoot \\\n   ${PLACE}/shop\n"
            ' CustomLog "|/usr/bin/rotatelogs /var/log/shop/a.log 86400" combined\n</VirtualHost>\n'
            "Listen 8080\n",
        },
        ("/etc/apache2/sites-enabled/shop.conf", "../sites-available/shop.conf"),
    )
    conf = apacheconf.parse(
        machine, "/etc/apache2/apache2.conf", "/etc/apache2", {"LOGS": "/var/log/apache2"}
    )
    assert conf.paths("documentroot") == ("/srv/www/shop",)
    assert conf.paths("errorlog", "customlog") == ("/var/log/apache2/error.log",)
    assert conf.value("pidfile") == "/run/a b/apache2.pid"
    assert [(d.name, d.site) for d in conf.each("servername", "listen")] == [
        ("servername", 1),
        ("listen", 0),
    ]
    assert "/etc/apache2/sites-available/shop.conf" in conf.files


def test_apache_that_includes_itself_comes_to_an_end() -> None:
    machine = with_files({"/etc/httpd/conf/httpd.conf": "Include conf/httpd.conf\nListen 80\n"})
    conf = apacheconf.parse(machine, "/etc/httpd/conf/httpd.conf", "/etc/httpd", {})
    assert {d.args for d in conf.each("listen")} == {("80",)}


def test_red_hats_links_lead_to_logs_and_run() -> None:
    conf = apacheconf.Configuration("/etc/httpd")
    assert conf.place("logs/error_log") == "/var/log/httpd/error_log"
    assert conf.place("/etc/httpd/run/httpd.pid") == "/run/httpd/httpd.pid"
    assert conf.place("|cronolog") == conf.place("syslog:local1") == ""


def test_links_that_the_package_makes_are_removed_only_where_all_was_seen() -> None:
    links = (("/etc/apache2/mods-enabled/mpm_prefork.load", "../mods-available/x"),)
    machine = with_files({}, *links)
    assert "/etc/apache2/mods-enabled/mpm_event.load" in around.removals(machine, "/etc/apache2")
    listed = machine.config_files
    cut = Fact(listed.section, listed.value, partial="time limit")
    assert around.removals(host(config_files=cut), "/etc/apache2") == ()
    assert around.removals(host(), "/etc/apache2") == ()


def test_included_files_are_found_behind_links_and_no_deeper() -> None:
    machine = with_files({"/etc/x/a.conf": "1", "/etc/x/deep/b.conf": "2", "/etc/x/.c.conf": "3"})
    assert included.matching(machine, "/etc/x/*.conf") == ["/etc/x/a.conf"]
    assert included.text(with_files({"/e/b": "t"}, ("/e/a", "b")), "/e/a") == "t"


def test_settings_of_php_in_their_order() -> None:
    machine = with_files(
        {
            "/etc/php/8.2/fpm/php.ini": "session.save_path = /srv/one\n;error_log = x\n",
            "/etc/php/8.2/fpm/conf.d/90-own.ini": "session.save_path = /srv/two\n",
        }
    )
    php = phpruntime.Php(machine, "8.2", "fpm")
    assert php.settings()["session.save_path"] == "/srv/two"
    pool = phpruntime.of_pool(
        {"php_admin_value[session.save_path]": '"/srv/three"', "pm": "static"}
    )
    assert php.settings(pool)["session.save_path"] == "/srv/three"


@pytest.mark.parametrize(
    ("folder", "whole"),
    [
        ("/srv/shop/public", "/srv/shop"),
        ("/srv/shop", "/srv/shop"),
        ("/var/www/html", "/var/www/html"),
        ("/srv/public", "/srv/public"),
        ("/srv/www/htdocs", "/srv/www/htdocs"),
    ],
)
def test_the_application_around_a_document_root(folder: str, whole: str) -> None:
    assert phpruntime.root_of_application(host(), folder) == whole


def test_envvars_that_only_a_shell_can_tell_is_read_by_one(tmp_path: Path) -> None:
    plain = found("apache", "apache2", tmp_path)
    assert plain.command == ("/usr/sbin/apache2", "-DFOREGROUND")
    assert ("SHOP_REGION", "south") in {(e.name, e.value) for e in plain.environment}
    asked = found(
        "apache", "apache2", tmp_path, ("SHOP_REGION=south", "SHOP_REGION=$(cat /etc/region)")
    )
    assert asked.command == (
        "/bin/sh",
        "-c",
        ". /etc/apache2/envvars && exec /usr/sbin/apache2 -DFOREGROUND",
    )
    assert "SHOP_REGION" not in {e.name for e in asked.environment}


def test_a_document_root_and_the_application_around_it_are_one_volume(tmp_path: Path) -> None:
    pool = found("php-fpm", "php8.2-fpm", tmp_path)
    web = found("php-fpm", "nginx", tmp_path)
    (theirs,) = [v for v in web.volumes if v.kind == "content"]
    assert (theirs.path, theirs.read_only) == ("/srv/wiki", True)
    assert theirs.name in {v.name for v in pool.volumes if not v.read_only}
    assert {d.path: d.owner.uid for d in web.directories}["/run/php"] == pool.run_as.uid  # type: ignore[union-attr]


def run_before_exec(command: tuple[str, ...], places: dict[str, Path]) -> None:
    """Run what the container's command does before its program, in other places; sed and the like
    are those of this machine."""
    shell, flag, script = command
    assert (shell, flag) == ("/bin/sh", "-c")
    steps = [s for s in script.split(" && ") if not s.startswith(("exec ", "/usr/sbin/"))]
    text = " && ".join(steps)
    for path, other in places.items():
        text = text.replace(path, str(other))
    subprocess.run(["/bin/sh", "-c", text], check=True)


def test_haproxy_starts_without_chroot_and_logs_to_its_output(tmp_path: Path) -> None:
    made = found("haproxy", "haproxy", tmp_path)
    etc, run = tmp_path / "etc", tmp_path / "run"
    etc.mkdir()
    config = (
        "global\n\tlog /dev/log local0 info\n\tlog 10.0.0.9:514 len 400 local1\n"
        "\tlog 127.0.0.1:514 len 900 format rfc5424 local2\n\tchroot /var/lib/haproxy\n"
        "defaults\n\tlog global\n\toption httplog\n"
    )
    (etc / "haproxy.cfg").write_text(config)
    run_before_exec(made.command, {"/etc/haproxy": etc, "/run/haproxy": run})
    (copy,) = (run / "config").iterdir()
    assert copy.read_text() == (
        "global\n\tlog stdout format raw local0 info\n\tlog 10.0.0.9:514 len 400 local1\n"
        "\tlog stdout format raw local2\n#\tchroot /var/lib/haproxy\n"
        "defaults\n\tlog global\n\toption httplog\n"
    )
    assert "-f /etc/haproxy/conf.d/20-backends.cfg" in made.command[2]
    kept = {s.path for s in made.secrets}
    assert {"/etc/haproxy/certs/shop.pem", "/etc/haproxy/conf.d/30-stats.cfg"} <= kept
    assert "/usr/local/share/haproxy/auth.lua" in {c.path for c in made.copies}


def test_haproxy_without_syslog_needs_no_copy_of_its_configuration(tmp_path: Path) -> None:
    changes = (("log /dev/log local0 info\n", "log stdout format raw local0\n"),
               ("          chroot /var/lib/haproxy\n", ""))  # fmt: skip
    made = found("haproxy", "haproxy", tmp_path, *changes)
    assert made.command[:2] == ("/usr/sbin/haproxy", "-db")


def test_squid_logs_to_its_output_from_wherever_its_log_is_named(tmp_path: Path) -> None:
    made = found("squid", "squid", tmp_path)
    etc, run = tmp_path / "etc", tmp_path / "run"
    (etc / "conf.d").mkdir(parents=True)
    run.mkdir()
    (etc / "squid.conf").write_text("http_port 8888\ninclude /etc/squid/conf.d/*.conf\n")
    (etc / "conf.d" / "logs.conf").write_text(
        "access_log daemon:/var/log/squid/people.log combined\naccess_log none blocked\n"
    )
    # The include is text that sed changes, not a place of this test.
    text = made.command[2].replace("cp -RL /etc/squid", f"cp -RL {etc}")
    run_before_exec((*made.command[:2], text), {"/run/squid": run})
    main = (run / "config" / "squid.conf").read_text()
    assert main == f"http_port 8888\ninclude {run}/config/conf.d/*.conf\npid_filename none\n"
    assert (run / "config" / "conf.d" / "logs.conf").read_text() == (
        "access_log stdio:/dev/stdout combined\naccess_log none blocked\n"
    )
    assert "/etc/squid/members" in {s.path for s in made.secrets}


def test_a_pool_whose_socket_is_anothers_opens_it_to_who_shares_the_folder(tmp_path: Path) -> None:
    made = found("php-fpm", "php8.2-fpm", tmp_path)
    etc, tmp = tmp_path / "etc", tmp_path / "tmp"
    (etc / "pool.d").mkdir(parents=True)
    tmp.mkdir()
    (etc / "php-fpm.conf").write_text("include=/etc/php/8.2/fpm/pool.d/*.conf\n")
    (etc / "pool.d" / "wiki.conf").write_text(
        "[wiki]\nuser = wiki\nlisten = /run/php/wiki.sock\nlisten.owner = www-data\n"
        " listen.mode = 0660\n"
    )
    text = made.command[2].replace("cp -R /etc/php/8.2/fpm", f"cp -R {etc}")
    run_before_exec((*made.command[:2], text), {"/tmp/fpm": tmp / "fpm"})
    assert (tmp / "fpm" / "pool.d" / "wiki.conf").read_text() == (
        "[wiki]\nlisten.mode = 0666\nuser = wiki\nlisten = /run/php/wiki.sock\n"
        ";listen.owner = www-data\n; listen.mode = 0660\n"
    )
    assert (tmp / "fpm" / "php-fpm.conf").read_text() == f"include={tmp}/fpm/pool.d/*.conf\n"


def test_a_pool_of_its_own_user_needs_no_change(tmp_path: Path) -> None:
    made = found(
        "php-fpm", "php8.2-fpm", tmp_path, ("listen.owner = www-data", "listen.owner = wiki")
    )
    assert made.command[0] == "/usr/sbin/php-fpm8.2"


def test_traefiks_ping_is_asked_where_it_is_on(tmp_path: Path) -> None:
    on = found("traefik", "traefik", tmp_path).health
    off = found("traefik", "traefik", tmp_path, ("        ping: {}\n", "")).health
    assert on is not None
    assert "GET /ping " in on.command[2]
    assert off is not None
    assert "/ping" not in off.command[2]


def test_storage_of_certificates_in_a_shared_folder_is_said(tmp_path: Path) -> None:
    made = found("traefik", "traefik", tmp_path, ("/srv/traefik/acme.json", "/srv/acme.json"))
    assert any("acme.storage has to name a folder of its own" in u for u in made.unknowns)
