"""When support ends: operating systems and the runtimes that workloads are made of.

Figures from endoflife.date (MIT), state of :data:`AS_OF`; releases that ended before 2012 are left
out. ``eol`` is the end of ordinary support, ``extended`` that of extended support (Debian's LTS,
Ubuntu's and Red Hat's paid programmes). The length of this module is its table.
"""

from __future__ import annotations

import re

from planner.model import OS, Data

AS_OF = "2026-08-22"
SOURCE = "endoflife.date"

_PRODUCTS = {
    "amzn": "amzn",
    "opensuse-leap": "opensuse",
    "oracle": "ol",
    "sles_sap": "sles",
    "sled": "sles",
    "alma": "almalinux",
}
_KINDS = {"java": "openjdk", "tomcat9": "tomcat", "tomcat10": "tomcat"}


class Lifecycle(Data, frozen=True):
    """Dates as ``YYYY-MM-DD``, empty where none is published."""

    product: str
    release: str
    eol: str = ""
    extended: str = ""
    last: str = ""
    """The later of the two: after it nobody patches this release."""
    source: str = SOURCE
    as_of: str = AS_OF


def lifecycle(os: OS) -> Lifecycle | None:
    """Life cycle of the release, None if the table does not hold it (unknown, not eternal)."""
    product = _PRODUCTS.get(os.id, os.id)
    if product == "centos" and "stream" in os.name.lower():
        product = "centos-stream"
    version = os.version
    if os.system == "windows":
        product = "windows"
        named = re.search(r"\b(20\d\d)( R2)?\b", f"{os.name} {os.version}", re.IGNORECASE)
        version = named.group(1) + ("-r2" if named.group(2) else "") if named else ""
    found = _of(product, version)
    return found or _TABLE.get((product, os.codename.lower() if os.codename else "-"))


def runtime(kind: str, version: str) -> Lifecycle | None:
    """Life cycle of a database, server or language by the kind of workload and its upstream
    version (``15.13``); None if either is not in the table.
    """
    return _of(_KINDS.get(kind, kind), version)


def _of(product: str, version: str) -> Lifecycle | None:
    """Find the most precise entry: ``3.19.1``, then ``3.19``, then ``3``."""
    text = re.match(r"\d+(\.\d+)*(-r2)?", version)
    parts = text.group().split(".") if text else []
    for length in range(len(parts), 0, -1):
        if found := _TABLE.get((product, ".".join(parts[:length]))):
            return found
    return None


def _read(table: str) -> dict[tuple[str, str], Lifecycle]:
    found: dict[tuple[str, str], Lifecycle] = {}
    for line in table.split("\n"):
        if not line:
            continue
        product, release, *rest = line.split()
        eol, extended, codename = ("" if field == "-" else field for field in rest)
        entry = Lifecycle(product, release, eol, extended, max(eol, extended))
        found[product, release] = entry
        if codename:
            found[product, codename] = entry
    return found


# product, release, end of life, end of extended support, code name; "-": none
_TABLE = _read(
    """\
debian 13 2028-08-09 2030-06-30 trixie
debian 12 2026-07-11 2028-06-30 bookworm
debian 11 2024-08-14 2026-08-31 bullseye
debian 10 2022-09-10 2024-06-30 buster
debian 9 2020-07-18 2022-07-01 stretch
debian 8 2018-06-17 2020-06-30 jessie
debian 7 2016-04-25 2018-05-31 wheezy
debian 6 2014-05-31 2016-02-29 squeeze
debian 5 2012-02-06 - lenny
ubuntu 26.04 2031-04-30 2036-04-30 resolute
ubuntu 25.10 2026-07-01 - questing
ubuntu 25.04 2026-01-17 - plucky
ubuntu 24.10 2025-07-10 - oracular
ubuntu 24.04 2029-05-31 2036-05-31 noble
ubuntu 23.10 2024-07-12 - mantic
ubuntu 23.04 2024-01-20 - lunar
ubuntu 22.10 2023-07-20 - kinetic
ubuntu 22.04 2027-04-01 2032-04-09 jammy
ubuntu 21.10 2022-07-14 - impish
ubuntu 21.04 2022-01-20 - hirsute
ubuntu 20.10 2021-07-22 - groovy
ubuntu 20.04 2025-05-31 2030-04-02 focal
ubuntu 19.10 2020-07-06 - eoan
ubuntu 19.04 2020-01-23 - disco
ubuntu 18.10 2019-07-18 - cosmic
ubuntu 18.04 2023-05-31 2028-04-01 bionic
ubuntu 17.10 2018-07-19 - artful
ubuntu 17.04 2018-01-13 - zesty
ubuntu 16.10 2017-07-20 - yakkety
ubuntu 16.04 2021-04-02 2026-04-02 xenial
ubuntu 15.10 2016-07-28 - wily
ubuntu 15.04 2016-02-04 - vivid
ubuntu 14.10 2015-07-23 - utopic
ubuntu 14.04 2019-04-02 2024-04-02 trusty
ubuntu 13.10 2014-07-17 - saucy
ubuntu 13.04 2014-01-27 - raring
ubuntu 12.10 2014-05-16 - quantal
ubuntu 12.04 2017-04-28 2019-04-26 precise
ubuntu 11.10 2013-05-09 - oneiric
ubuntu 11.04 2012-10-28 - natty
ubuntu 10.10 2012-04-10 - maverick
ubuntu 10.04 2013-05-09 - lucid
ubuntu 8.04 2013-05-09 - hardy
rhel 10 2035-05-31 2039-05-31 -
rhel 9 2032-05-31 2036-05-31 -
rhel 8 2029-05-31 2033-05-31 -
rhel 7 2024-06-30 2029-05-31 -
rhel 6 2020-11-30 2024-06-30 -
rhel 5 2017-03-31 2020-11-30 -
rhel 4 2012-02-29 2017-03-31 -
centos 8 2021-12-31 - -
centos 7 2024-06-30 - -
centos 6 2020-11-30 - -
centos 5 2017-03-31 - -
centos-stream 10 2030-05-31 - -
centos-stream 9 2027-05-31 - -
centos-stream 8 2024-05-31 - -
rocky 10 2035-05-31 - -
rocky 9 2032-05-31 - -
rocky 8 2029-05-31 - -
almalinux 10 2035-05-31 - -
almalinux 9 2032-05-31 - -
almalinux 8 2029-05-31 - -
ol 10 - - -
ol 9 2032-06-30 2035-06-30 -
ol 8 2029-07-31 2032-07-31 -
ol 7 2024-12-31 2028-06-30 -
ol 6 2021-03-31 2024-12-31 -
amzn 2023 2029-06-30 - -
amzn 2018.03 2023-12-31 - -
amzn 2017.09 2023-12-31 - -
amzn 2017.03 2023-12-31 - -
amzn 2016.09 2023-12-31 - -
amzn 2016.03 2023-12-31 - -
amzn 2015.09 2023-12-31 - -
amzn 2015.03 2023-12-31 - -
amzn 2014.09 2023-12-31 - -
amzn 2014.03 2023-12-31 - -
amzn 2013.09 2023-12-31 - -
amzn 2013.03 2023-12-31 - -
amzn 2012.09 2023-12-31 - -
amzn 2012.03 2023-12-31 - -
amzn 2011.09 2023-12-31 - -
amzn 2010.11 2023-12-31 - -
amzn 2 2026-06-30 - -
sles 16.0 2027-11-30 2030-11-30 -
sles 15.7 2031-07-31 2034-07-31 -
sles 15.6 2025-12-31 2028-12-31 -
sles 15.5 2024-12-31 2027-12-31 -
sles 15.4 2023-12-31 2026-12-31 -
sles 15.3 2022-12-31 2025-12-31 -
sles 15.2 2021-12-31 2024-12-31 -
sles 15.1 2021-01-31 2024-01-31 -
sles 15.0 2019-12-31 2022-12-31 -
sles 12.5 2024-10-31 2027-10-31 -
sles 12.4 2020-06-30 2023-06-30 -
sles 12.3 2019-06-30 2022-06-30 -
sles 12.2 2018-03-31 2021-03-31 -
sles 12.1 2017-05-31 2020-05-31 -
sles 12.0 2016-06-30 2019-07-01 -
sles 11.4 2019-03-31 2022-03-31 -
sles 11.3 2016-01-31 2019-01-30 -
sles 11.2 2014-01-31 2017-01-30 -
sles 11.1 2012-08-31 2015-08-30 -
sles 10.4 2013-07-31 2016-07-30 -
sles 10.3 2011-10-11 2014-10-31 -
sles 10.2 2010-04-11 2013-04-10 -
opensuse 42.3 2019-07-01 - -
opensuse 42.2 2018-01-26 - -
opensuse 42.1 2017-05-17 - -
opensuse 16.0 2027-10-31 - -
opensuse 15.6 2026-04-30 - -
opensuse 15.5 2024-12-31 - -
opensuse 15.4 2023-12-07 - -
opensuse 15.3 2022-12-31 - -
opensuse 15.2 2022-01-04 - -
opensuse 15.1 2021-02-02 - -
opensuse 15.0 2019-12-03 - -
opensuse 13.2 2017-01-17 - -
opensuse 13.1 2016-02-03 - -
opensuse 12.3 2015-01-29 - -
opensuse 12.2 2014-01-15 - -
opensuse 12.1 2013-05-15 - -
opensuse 11.4 2012-11-05 - -
opensuse 11.3 2012-01-20 - -
alpine 3.24 2028-06-01 - -
alpine 3.23 2027-11-01 - -
alpine 3.22 2027-05-01 - -
alpine 3.21 2026-11-01 - -
alpine 3.20 2026-04-01 - -
alpine 3.19 2025-11-01 - -
alpine 3.18 2025-05-09 - -
alpine 3.17 2024-11-22 - -
alpine 3.16 2024-05-23 - -
alpine 3.15 2023-11-01 - -
alpine 3.14 2023-05-01 - -
alpine 3.13 2022-11-01 - -
alpine 3.12 2022-05-01 - -
alpine 3.11 2021-11-01 - -
alpine 3.10 2021-05-01 - -
alpine 3.9 2020-11-01 - -
alpine 3.8 2020-05-01 - -
alpine 3.7 2019-11-01 - -
alpine 3.6 2019-05-01 - -
alpine 3.5 2018-11-01 - -
alpine 3.4 2018-05-01 - -
alpine 3.3 2017-11-01 - -
alpine 3.2 2017-05-01 - -
alpine 3.1 2016-11-01 - -
alpine 3.0 2016-05-01 - -
alpine 2.7 2015-11-01 - -
alpine 2.6 2015-05-01 - -
alpine 2.5 2014-11-01 - -
alpine 2.4 2014-05-01 - -
alpine 2.3 2013-11-01 - -
alpine 2.2 2013-05-01 - -
alpine 2.1 2012-11-01 - -
fedora 44 2027-06-02 - -
fedora 43 2026-12-09 - -
fedora 42 2026-05-27 - -
fedora 41 2025-12-15 - -
fedora 40 2025-05-13 - -
fedora 39 2024-11-26 - -
fedora 38 2024-05-21 - -
fedora 37 2023-12-05 - -
fedora 36 2023-05-16 - -
fedora 35 2022-12-13 - -
fedora 34 2022-06-07 - -
fedora 33 2021-11-30 - -
fedora 32 2021-05-25 - -
fedora 31 2020-11-24 - -
fedora 30 2020-05-26 - -
fedora 29 2019-11-26 - -
fedora 28 2019-05-28 - -
fedora 27 2018-11-30 - -
fedora 26 2018-05-29 - -
fedora 25 2017-12-12 - -
fedora 24 2017-08-08 - -
fedora 23 2016-12-20 - -
fedora 22 2016-07-19 - -
fedora 21 2015-12-01 - -
fedora 20 2015-06-23 - -
fedora 19 2015-01-06 - -
fedora 18 2014-01-14 - -
fedora 17 2013-07-30 - -
fedora 16 2013-02-12 - -
fedora 15 2012-06-26 - -
freebsd 15.1 2027-03-31 - -
freebsd 15.0 2026-09-30 - -
freebsd 15 2029-12-31 - -
freebsd 14.4 2026-12-31 - -
freebsd 14.3 2026-06-30 - -
freebsd 14.2 2025-09-30 - -
freebsd 14.1 2025-03-31 - -
freebsd 14.0 2024-09-30 - -
freebsd 14 2028-11-30 - -
freebsd 13.5 2026-04-30 - -
freebsd 13.4 2025-06-30 - -
freebsd 13.3 2024-12-31 - -
freebsd 13.2 2024-06-30 - -
freebsd 13.1 2023-07-31 - -
freebsd 13.0 2022-08-31 - -
freebsd 13 2026-04-30 - -
freebsd 12.4 2023-12-31 - -
freebsd 12.3 2023-03-31 - -
freebsd 12.2 2022-03-31 - -
freebsd 12.1 2021-01-31 - -
freebsd 12.0 2020-02-29 - -
freebsd 12 2023-12-31 - -
freebsd 11.4 2021-09-30 - -
freebsd 11.3 2020-09-30 - -
freebsd 11.2 2019-10-31 - -
freebsd 11.1 2018-09-30 - -
freebsd 11.0 2017-11-30 - -
freebsd 11 2021-09-30 - -
freebsd 10.4 2018-10-31 - -
freebsd 10.3 2018-04-30 - -
freebsd 10.2 2016-12-31 - -
freebsd 10.1 2016-12-31 - -
freebsd 10.0 2015-02-28 - -
freebsd 10 2018-10-31 - -
freebsd 9.3 2016-12-31 - -
freebsd 9.2 2014-12-31 - -
freebsd 9.1 2014-12-31 - -
freebsd 9.0 2013-03-31 - -
freebsd 9 2016-12-31 - -
freebsd 8.4 2015-08-01 - -
freebsd 8.3 2014-04-30 - -
freebsd 8.2 2012-07-31 - -
freebsd 8.1 2012-07-31 - -
freebsd 8 2015-08-01 - -
freebsd 7.4 2013-02-28 - -
freebsd 7.3 2012-03-31 - -
freebsd 7 2013-02-28 - -
windows 2025 2034-11-14 - -
windows 2022 2031-10-14 - -
windows 2019 2029-01-09 - -
windows 2016 2027-01-12 2030-01-12 -
windows 2012-r2 2023-10-10 2026-10-13 -
windows 2012 2023-10-10 2026-10-13 -
windows 2008-r2 2020-01-14 2023-01-10 -
windows 2008 2020-01-14 2023-01-10 -
postgresql 18 2030-11-14 - -
postgresql 17 2029-11-08 - -
postgresql 16 2028-11-09 - -
postgresql 15 2027-11-11 - -
postgresql 14 2026-11-12 - -
postgresql 13 2025-11-13 - -
postgresql 12 2024-11-21 - -
postgresql 11 2023-11-09 - -
postgresql 10 2022-11-10 - -
postgresql 9.6 2021-11-11 - -
postgresql 9.5 2021-02-11 - -
postgresql 9.4 2020-02-13 - -
postgresql 9.3 2018-11-08 - -
postgresql 9.2 2017-11-09 - -
postgresql 9.1 2016-10-27 - -
postgresql 9.0 2015-10-08 - -
postgresql 8.4 2014-07-24 - -
postgresql 8.3 2013-02-07 - -
mysql 9.7 2034-04-21 - -
mysql 9.6 2026-04-21 - -
mysql 9.5 2026-01-20 - -
mysql 9.4 2025-10-21 - -
mysql 9.3 2025-07-22 - -
mysql 9.2 2025-04-15 - -
mysql 9.1 2025-01-21 - -
mysql 9.0 2024-10-15 - -
mysql 8.4 2032-04-30 - -
mysql 8.3 2024-04-10 - -
mysql 8.2 2023-12-14 - -
mysql 8.1 2023-10-25 - -
mysql 8.0 2026-04-30 - -
mysql 5.7 2023-10-31 - -
mysql 5.6 2021-02-28 - -
mysql 5.5 2018-12-31 - -
mariadb 12.3 2029-06-12 - -
mariadb 12.2 2026-05-28 - -
mariadb 12.1 2026-02-13 - -
mariadb 12.0 2025-11-18 - -
mariadb 11.8 2028-06-04 2033-10-22 -
mariadb 11.7 2025-05-12 - -
mariadb 11.6 2025-02-13 - -
mariadb 11.5 2024-11-21 - -
mariadb 11.4 2029-05-29 2033-01-16 -
mariadb 11.3 2024-05-29 - -
mariadb 11.2 2024-11-21 - -
mariadb 11.1 2024-08-21 - -
mariadb 11.0 2024-06-06 - -
mariadb 10.11 2028-02-16 - -
mariadb 10.10 2023-11-17 - -
mariadb 10.9 2023-08-22 - -
mariadb 10.8 2023-05-20 - -
mariadb 10.7 2023-02-09 - -
mariadb 10.6 2026-07-06 2029-08-23 -
mariadb 10.5 2025-06-24 2025-07-16 -
mariadb 10.4 2024-06-18 - -
mariadb 10.3 2023-05-25 - -
mariadb 10.2 2022-05-23 - -
mariadb 10.1 2020-10-17 - -
mariadb 10.0 2019-03-31 - -
mariadb 5.5 2020-04-11 - -
mariadb 5.3 2017-03-01 - -
mariadb 5.2 2015-11-10 - -
mariadb 5.1 2015-02-01 - -
nginx 1.31 - - -
nginx 1.30 - - -
nginx 1.29 2026-05-13 - -
nginx 1.28 2026-04-14 - -
nginx 1.27 2025-06-24 - -
nginx 1.26 2025-04-23 - -
nginx 1.25 2024-05-29 - -
nginx 1.24 2024-04-23 - -
nginx 1.23 2023-05-23 - -
nginx 1.22 2023-04-11 - -
nginx 1.21 2022-06-21 - -
nginx 1.20 2022-05-24 - -
nginx 1.19 2021-05-25 - -
nginx 1.18 2021-04-20 - -
nginx 1.16 2020-04-20 - -
nginx 1.14 2019-04-23 - -
nginx 1.12 2018-04-17 - -
nginx 1.10 2017-04-12 - -
nginx 1.8 2016-04-26 - -
nginx 1.6 2015-04-21 - -
nginx 1.4 2014-04-24 - -
nginx 1.2 2013-04-24 - -
nginx 1.0 2012-04-23 - -
redis 8.10 - - -
redis 8.8 - - -
redis 8.6 - - -
redis 8.4 - - -
redis 8.2 2030-09-01 - -
redis 8.0 2026-12-01 - -
redis 7.4 2029-12-01 - -
redis 7.2 2029-12-01 - -
redis 7.0 2024-07-29 - -
redis 6.2 2027-04-01 - -
redis 6.0 2022-05-31 - -
redis 5.0 2022-04-27 - -
valkey 9.1 - - -
valkey 9.0 2028-10-21 - -
valkey 8.1 2030-03-31 - -
valkey 8.0 2027-09-15 - -
valkey 7.2 2029-04-16 - -
python 3.14 2030-10-31 - -
python 3.13 2029-10-31 - -
python 3.12 2028-10-31 - -
python 3.11 2027-10-31 - -
python 3.10 2026-10-31 - -
python 3.9 2025-10-31 - -
python 3.8 2024-10-07 - -
python 3.7 2023-06-27 - -
python 3.6 2021-12-23 - -
python 3.5 2020-09-30 - -
python 3.4 2019-03-18 - -
python 3.3 2017-09-29 - -
python 3.2 2016-02-20 - -
python 3.1 2012-04-09 - -
python 2.7 2020-01-01 - -
python 2.6 2013-10-29 - -
openjdk 26 2026-09-15 - -
openjdk 25 2031-09-30 - -
openjdk 24 2025-09-16 - -
openjdk 23 2025-03-18 - -
openjdk 22 2024-09-17 - -
openjdk 21 2029-12-31 - -
openjdk 20 2023-09-19 - -
openjdk 19 2023-03-31 - -
openjdk 18 2022-09-30 - -
openjdk 17 2027-10-31 - -
openjdk 16 2021-09-30 - -
openjdk 15 2021-03-16 - -
openjdk 14 2020-09-16 - -
openjdk 13 2020-03-17 - -
openjdk 12 2019-09-17 - -
openjdk 11 2027-10-31 - -
openjdk 10 2018-09-25 - -
openjdk 9 2018-03-20 - -
openjdk 8 2030-12-31 - -
openjdk 7 2019-07-31 2022-07-19 -
openjdk 6 2018-12-31 - -
nodejs 26 2029-04-30 - -
nodejs 25 2026-06-01 - -
nodejs 24 2028-04-30 - -
nodejs 23 2025-06-01 - -
nodejs 22 2027-04-30 - -
nodejs 21 2024-06-01 - -
nodejs 20 2026-04-30 - -
nodejs 19 2023-06-01 - -
nodejs 18 2025-04-30 - -
nodejs 17 2022-06-01 - -
nodejs 16 2023-09-11 - -
nodejs 15 2021-06-01 - -
nodejs 14 2023-04-30 - -
nodejs 13 2020-06-01 - -
nodejs 12 2022-04-30 - -
nodejs 11 2019-06-30 - -
nodejs 10 2021-04-30 - -
nodejs 9 2018-06-30 - -
nodejs 8 2019-12-31 - -
nodejs 7 2017-06-30 - -
nodejs 6 2019-04-30 - -
nodejs 5 2016-06-30 - -
nodejs 4 2018-04-30 - -
php 8.5 2029-12-31 - -
php 8.4 2028-12-31 - -
php 8.3 2027-12-31 - -
php 8.2 2026-12-31 - -
php 8.1 2025-12-31 - -
php 8.0 2023-11-26 - -
php 7.4 2022-11-28 - -
php 7.3 2021-12-06 - -
php 7.2 2020-11-30 - -
php 7.1 2019-12-01 - -
php 7.0 2019-01-10 - -
php 5.6 2018-12-31 - -
php 5.5 2016-07-21 - -
php 5.4 2015-09-14 - -
php 5.3 2014-08-14 - -
tomcat 11.0 - - -
tomcat 10.1 - - -
tomcat 10.0 2022-10-31 - -
tomcat 9.0 2027-03-31 - -
tomcat 8.5 2024-03-31 - -
tomcat 8.0 2018-06-30 - -
tomcat 7 2021-03-31 - -
tomcat 6 2016-12-31 - -
tomcat 5 2012-09-30 - -
"""
)
