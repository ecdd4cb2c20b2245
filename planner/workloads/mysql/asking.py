"""What MariaDB and MySQL are asked through their socket, without a password."""

from __future__ import annotations

from planner.model import Health
from planner.service import places
from planner.shell import shell_word
from planner.workloads.mysql.options import Options


def socket(options: Options, program: str) -> str:
    """Debian's default, or that of Red Hat's packages, whose server lies in /usr/libexec."""
    told = places.clean(options.values.get("socket", ""))
    own = "/var/lib/mysql/mysql.sock" if "/libexec/" in program else "/run/mysqld/mysqld.sock"
    return told or own


def older(version: str) -> bool:
    """Before 10.4 no account let the server's own user in."""
    parts = [int(part) for part in version.split(".")[:2] if part.isdigit()]
    return len(parts) == 2 and parts < [10, 4]


def health(socket: str, maria: bool, version: str) -> Health:
    """Return ping, which succeeds also where the server answers that it wants a password."""
    major = version.split(".")[0]
    new = maria and major.isdigit() and int(major) >= 10
    admin = "mariadb-admin" if new else "mysqladmin"
    user = ("--user=mysql",) if maria else ()
    where = ("--no-defaults", f"--socket={socket}", *user, "--connect-timeout=4")
    return Health((admin, *where, "--silent", "ping"), f"answers {admin} ping on its socket", 60)


def census(socket: str) -> str:
    """Accounts, and rows of every table, counted exactly by the server. Of MariaDB alone: it lets
    the account mysql in by its user (unix_socket) since 10.4."""
    ask = " ".join(
        shell_word(w)
        for w in ("mariadb", "--no-defaults", f"--socket={socket}", "-u", "mysql", "-NBr")
    )
    tables = (
        "select concat('select ', quote(concat(table_schema, '.', table_name)), "
        "', count(*) from `', replace(table_schema, '`', '``'), '`.`', "
        "replace(table_name, '`', '``'), '`;') from information_schema.tables "
        "where table_type = 'BASE TABLE' and table_schema not in "
        "('mysql', 'sys', 'performance_schema', 'information_schema') "
        "order by binary table_schema, binary table_name"
    )
    accounts_of = "select 'accounts', count(*) from mysql.user;"
    return f"{{ echo {shell_word(accounts_of)}; {ask} -e {shell_word(tables)}; }} | {ask}"
