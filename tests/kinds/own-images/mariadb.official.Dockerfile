# MariaDB server, as it ran on own-images (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: the application's own image of MariaDB server, series 10.11, variant jammy
ARG BASE="docker.io/library/mariadb:10.11-jammy"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/mariadb:10.11-jammy" \
    "org.opencontainers.image.description"="MariaDB server as it ran on own-images" \
    "org.opencontainers.image.title"="MariaDB server" \
    "org.opencontainers.image.version"="10.11.14" \
    "planner.host"="own-images" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="own-images/mariadb"

# The image's own configuration: the machine's takes its place, none of it may stay between.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/mysql

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 999 -g 999 -m 0755 /run/mysqld; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   the image's own configuration is another than the package's: all of it as here
COPY --chown=0:999 ["rootfs/etc/mysql", "/etc/mysql"]

# mysql: CARRIED.md says whose numbers these are.
USER 999:999
# Section listeners.
EXPOSE 3306/tcp
STOPSIGNAL SIGTERM
# answers mariadb-admin ping on its socket
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["/usr/bin/mariadb-admin", "--no-defaults", "--socket=/run/mysqld/mysqld.sock", "--user=mysql", "--connect-timeout=4", "--silent", "ping"]
# Data and configuration come from the machine: the image's own start would make new ones.
ENTRYPOINT []
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/sbin/mariadbd", "--datadir=/var/lib/mysql"]
