# MariaDB server, as it ran on own-images (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="MariaDB server as it ran on own-images" \
    "org.opencontainers.image.title"="MariaDB server" \
    "org.opencontainers.image.version"="10.11.14" \
    "planner.host"="own-images" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="own-images/mariadb"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group mysql >/dev/null; then groupmod -o -g 989 mysql; \
    else groupadd -o -r -g 989 mysql; fi; \
    if getent passwd mysql >/dev/null; then usermod -o -u 27 -g 989 mysql; \
    else useradd -o -r -M -u 27 -g 989 -d /var/lib/mysql -s /usr/sbin/nologin mysql; fi; \
    true

# Installing the server would make a database in a layer, unless it finds one: this file is its mark.
# hadolint ignore=DL3059
RUN install -D -m 0600 /dev/null /var/lib/mysql/mysql/user.frm

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   mariadb-server 1:10.11.14-0+deb12u2: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'mariadb-server=1:10.11.*' \
    && rm -rf /var/lib/apt/lists/*

# Made by installing the packages; the image must not keep it. Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /var/lib/mysql

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 27 -g 989 -m 0755 /run/mysqld; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since mariadb-server installed it
COPY --chown=0:0 ["rootfs/etc/mysql/", "/etc/mysql/"]

# Section passwd: mysql on the machine.
USER 27:989
# Section listeners.
EXPOSE 3306/tcp
STOPSIGNAL SIGTERM
# answers mariadb-admin ping on its socket
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["mariadb-admin", "--no-defaults", "--socket=/run/mysqld/mysqld.sock", "--user=mysql", "--connect-timeout=4", "--silent", "ping"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/sbin/mariadbd"]
