"""People of a machine as whom a workload's processes run."""

from __future__ import annotations

import re

from planner.facts.text import joined
from planner.model import Fact, Host, Workload
from planner.service import users


def persons(host: Host, workload: Workload) -> Fact[tuple[str, ...]]:
    """Accounts as which its processes run besides its own user, and whose owners log in to work on
    the machine (:func:`planner.service.users.people`), sorted; of a directory's users, whom
    /etc/passwd does not know, the number.
    """
    running, accounts = host.processes, host.accounts
    if running.value is None or accounts.value is None:
        lacking = running if running.value is None else accounts
        return Fact(lacking.section, unknown=lacking.unknown)
    pids, main = set(workload.pids), workload.user.uid if workload.user else 0
    own = {p.uid for p in running.value if p.pid in pids and "user" not in p.namespaces} - {main}
    named = {a.name for a in accounts.value if a.uid in own and users.works(a)}
    known = {a.uid for a in accounts.value}
    strange = {str(uid) for uid in own - known if users.of_a_person(uid)}
    member = users.joined_to(host)
    numbers = strange if member.value else set()
    hidden = running.partial if re.search("hides|time limit", running.partial) else ""
    if strange and not numbers:
        # Either would make people of them: a directory, or the rest of /etc/passwd.
        unsure = member.unknown if member.value is None else member.partial
        hidden = joined(hidden, accounts.partial, unsure)
    if not named:
        return Fact(running.section, tuple(sorted(numbers)), partial=hidden)
    people = users.people(host)
    if people.value is None:
        return Fact(people.section, unknown=people.unknown)
    found = named & set(people.value)
    lack = people.partial if named - found else ""
    return Fact(people.section, tuple(sorted(found | numbers)), partial=joined(hidden, lack))
