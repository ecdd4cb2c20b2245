"""What scheduled jobs reach: by their command line, by the scripts that they run, or unseen."""

from __future__ import annotations

import pytest
from hostkit import host, text, unowned

from planner.model import CronJob, Device, Job, OpenFile, Workload
from planner.rules import ordinary
from planner.service import jobscripts


def job(command: str, **fields: object) -> Workload:
    made = Job("x", "@daily", ("/bin/sh", "-c", command), "root", "/etc/crontab")
    return ordinary.workload({"kind": "job", "pids": [], **fields, "jobs": [made]})


@pytest.mark.parametrize(
    ("command", "read", "unread"),
    [
        ("/opt/shop/a.sh >/dev/null 2>&1", [], ["/opt/shop/a.sh"]),
        ("/opt/shop/b.sh && rsync -a /srv/ backup:/", ["/opt/shop/b.sh"], []),
        ("/usr/bin/python3 /opt/shop/c.py", [], ["/opt/shop/c.py"]),
        ("cd /opt/shop && ./run.sh", [], ["./run.sh"]),
        ("/usr/bin/rsync -a /srv /mnt", [], []),
        ("/opt/vendor/bin/tool", [], []),
        ("/etc/cron.daily/apache2", [], []),
        ("/etc/cron.daily/own", [], ["/etc/cron.daily/own"]),
        ("/usr/bin/own-tool", [], ["/usr/bin/own-tool"]),
    ],
)
def test_a_script_is_read_or_not_and_a_packaged_program_is_neither(command, read, unread):
    machine = host(
        files=text("/opt/shop/b.sh", "true\n"),
        owners={"/opt/vendor/bin/tool": "vendor", "/usr/bin/own-tool": "", "/usr/bin/python3": ""},
        config_files=(unowned("/etc/cron.daily/own"),),
    )
    found = jobscripts.scripts(machine, job(command)).value
    assert found is not None
    assert [s.path for s in found if not s.unread] == read
    assert [s.path for s in found if s.unread] == unread


def test_scripts_that_nobody_could_carry_are_an_open_question():
    hidden = host(unknown={"files": "not asked"})
    assert jobscripts.scripts(hidden, job("/opt/a.sh")).partial == "not asked"
    assert jobscripts.scripts(host(), job("/opt/a.sh")).partial == ""
    assert jobscripts.scripts(hidden, job("rsync -a / x:/")).partial == ""


@pytest.mark.parametrize(
    ("command", "devices"),
    [
        ("tar -cf /dev/nst0 /srv", ["/dev/nst0"]),
        ("/opt/tape.sh", ["/dev/sg3", "/dev/ttyUSB"]),
        ("cat /dev/null; ls /opt/dev/ttyS0; dd if=/dev/zero", []),
    ],
)
def test_devices_of_a_job_are_those_of_hardware_outside_of_comments(command, devices):
    script = "#!/bin/sh\n# uses /dev/nvidia0\nmtx -f /dev/sg3 load 1\nport=/dev/ttyUSB0\n"
    machine = host(
        files=text("/opt/tape.sh", script),
        cron=(CronJob("/etc/cron.d/x", "root", "@daily", command),),
    )
    told = jobscripts.device_jobs(machine).value
    assert told is not None
    assert [d.device.rstrip("0") for d in told] == [d.rstrip("0") for d in devices]
    assert jobscripts.devices_of(machine, job(command)).value is not None


@pytest.mark.parametrize(
    ("devices", "held", "idle"),
    [
        ((Device("tape", "st0"),), "", ("st0",)),
        ((Device("tape", "st0"),), "/dev/st0", ()),
        ((Device("serial", "ttyS0"), Device("serial", "ttyS4")), "", ("ttyS4",)),
        ((Device("gpu", "dri/card0", "nvidia"),), "/dev/nvidia0", ()),
        ((Device("gpu", "dri/card0", "vmwgfx"), Device("watchdog", "watchdog0")), "", ()),
    ],
)
def test_a_device_is_idle_where_no_process_holds_it(devices, held, idle):
    files = (OpenFile(7, held),) if held else ()
    assert jobscripts.idle_devices(host(devices=devices, open_files=files)).value == idle
