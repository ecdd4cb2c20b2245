"""Who may log in and who does, and where users come from."""

from __future__ import annotations

from planner.model.data import Data


class DirectorySetting(Data, frozen=True):
    file: str
    section: str
    key: str
    value: str


class DirectoryMembership(Data, frozen=True):
    """Where users and groups come from besides /etc/passwd. No password is among the settings."""

    sources: dict[str, tuple[str, ...]] = {}
    """Database of nsswitch.conf -> its sources: passwd -> files, sss."""
    settings: tuple[DirectorySetting, ...] = ()
    domains: tuple[str, ...] = ()
    """Names of domains and realms in the settings, sorted."""
    keytab: bool = False
    machine_account: bool = False
    """Samba holds a password of this machine in a domain."""


class Seen(Data, frozen=True):
    """Logins of one account in the machine's own record. Days: ``2026-01-31``."""

    account: str
    last: str
    days: int
    """Days on which it logged in."""
    sessions: int


class SubId(Data, frozen=True):
    """A range of ids that the account may use in its own user namespaces."""

    kind: str
    """subuid or subgid."""
    account: str
    first: int
    count: int


class SshdSetting(Data, frozen=True):
    key: str
    """In lower case."""
    value: str
    match: str = ""
    """Condition of the Match block; empty: for everybody."""


class Logins(Data, frozen=True):
    """Who may log in, and who does."""

    accounts: tuple[str, ...] = ()
    """root and people's accounts (from UID_MIN on) with a shell."""
    admins: tuple[str, ...] = ()
    """Members of sudo, wheel, admin or root."""
    keys: dict[str, int] = {}
    """Account -> lines of its authorized_keys."""
    seen: tuple[Seen, ...] = ()
    since: str = ""
    """Day on which the record of logins begins."""
    recent: int = 0
    """Accounts that logged in during the 30 days before the look."""
    sessions: dict[str, int] = {}
    """Account -> sessions at the time of the look."""
    sshd: tuple[SshdSetting, ...] = ()
    """In order; of one key and match, sshd takes the first (AllowUsers and such add up)."""
    pam: tuple[str, ...] = ()
    """Modules of sshd's PAM stack for a second factor or a directory."""
    subids: tuple[SubId, ...] = ()
