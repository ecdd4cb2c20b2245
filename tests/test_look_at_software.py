"""What the collector makes of the databases of package managers, in every awk; keys stay."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

import pytest
from shells import AWK_COMMANDS

from planner.gather.look import collector

DNF5 = """version = "1.0"
[packages]
"bash.x86_64" = {reason = "User"}
[packages."acl.x86_64"]
reason = "Weak Dependency"
"""


def run(folder: Path, commands: str) -> list[str]:
    """Lines that commands print which stand in the place of the collector's main."""
    body = collector("a" * 32).rpartition("main </dev/null")[0]
    script = f"{body}\nprepare\ncd {folder}\n{commands}\n"
    done = subprocess.run(
        ["/bin/sh", "-s"], input=script.encode(), capture_output=True, timeout=60, check=True
    )
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize("awk", AWK_COMMANDS, ids="-".join)
def test_files_of_apk_with_their_digests(awk: list[str], tmp_path: Path) -> None:
    digest = hashlib.sha1(b"user nginx;\n", usedforsecurity=False)
    (tmp_path / "installed").write_text(
        "C:Q1x\nP:nginx\nV:1.24-r1\nF:etc/nginx\nR:nginx.conf\na:0:0:644\n"
        f"Z:Q1{base64.b64encode(digest.digest()).decode()}\n"
        "F:usr/sbin\nR:nginx\nZ:Q1abc\n\nP:b\nF:etc\nR:link\n"
    )
    assert run(tmp_path, f'{" ".join(awk)} "$APK_FILES_AWK" installed') == [
        "nginx\t/etc/nginx",
        f"nginx\t/etc/nginx/nginx.conf\t{digest.hexdigest()}",
        "nginx\t/usr/sbin",
        "nginx\t/usr/sbin/nginx",
        "b\t/etc",
        "b\t/etc/link\t-",
    ]


@pytest.mark.parametrize("awk", AWK_COMMANDS, ids="-".join)
def test_reasons_of_yum_and_dnf(awk: list[str], tmp_path: Path) -> None:
    place = tmp_path / "n/abc123-nginx-mod-http-1.20.1-10.el7-x86_64"
    place.mkdir(parents=True)
    (place / "reason").write_text("user")
    (place / "from_repo").write_text("epel")
    (tmp_path / "packages.toml").write_text(DNF5)
    (tmp_path / "nevras.toml").write_text(
        '[nevras]\n"bash-5.2.26-3.fc40.x86_64" = {from_repo = "fedora"}\n'
    )
    command = " ".join(awk)
    assert run(
        tmp_path,
        f'find {tmp_path}/n -type f | {command} "$YUMDB_AWK"\n'
        f'{command} "$DNF5_AWK" packages.toml nevras.toml | sort',
    ) == ["user\tnginx-mod-http\tepel", "user\tbash\tfedora", "weak dependency\tacl\t"]


@pytest.mark.parametrize("awk", AWK_COMMANDS, ids="-".join)
def test_no_line_of_a_key_is_told(awk: list[str], tmp_path: Path) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nSECRETKEYLINE\n-----END PRIVATE KEY-----\n"
    good = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    cut = "-----BEGIN CERTIFICATE-----\nMIIC\n"
    cases = {"first": key + good, "last": good + key, "open": cut + key, "both": cut + key + good}
    lines = []
    for name, text in cases.items():
        path = tmp_path / f"{name}.pem"
        path.write_text(text)
        lines.append(f"f\t600\t0\t0\t99\t1\t{path}\t")
    (tmp_path / "stat").write_text("\n".join(lines) + "\n")
    told = run(
        tmp_path,
        f'{" ".join(awk)} -v MARK="$MARK" -v MAX=9 "$PLANNER_MASK$CERTIFICATES_AWK" stat',
    )
    heads = [line for line in told if line.startswith("C ")]
    assert [Path(h.split()[1]).stem + h[-1] for h in heads] == ["first1", "last1", "both1"]
    assert told.count("|MIIB") == 3
    assert not [line for line in told if "SECRET" in line or "MIIC" in line]
    assert [line.split(" S ")[1] for line in told if " S " in line] == [
        "partial 1 certificates have no end"
    ]
