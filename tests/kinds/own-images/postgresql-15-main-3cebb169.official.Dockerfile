# PostgreSQL cluster 15/main, as it ran on own-images (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: the application's own image of PostgreSQL cluster 15/main, series 15
ARG BASE="docker.io/library/postgres:15-bookworm"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/postgres:15-bookworm" \
    "org.opencontainers.image.description"="PostgreSQL cluster 15/main as it ran on own-images" \
    "org.opencontainers.image.title"="PostgreSQL cluster 15/main" \
    "org.opencontainers.image.version"="15.14" \
    "planner.host"="own-images" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="own-images/postgresql@15-main"

# The image's own configuration: the machine's takes its place, none of it may stay between.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/postgresql/15/main

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 999 -g 999 -m 2775 /run/postgresql; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   the image's own configuration is another than the package's: all of it as here
COPY --chown=999:999 ["rootfs/etc/postgresql/", "/etc/postgresql/"]

# postgres: CARRIED.md says whose numbers these are.
USER 999:999
# Section listeners.
EXPOSE 5432/tcp
STOPSIGNAL SIGINT
# accepts connections (pg_isready)
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["/usr/lib/postgresql/15/bin/pg_isready", "-q", "-h", "/run/postgresql", "-p", "5432"]
# Data and configuration come from the machine: the image's own start would make new ones.
ENTRYPOINT []
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/data", "-c", "config_file=/etc/postgresql/15/main/postgresql.conf", "-c", "data_directory=/var/lib/postgresql/data"]
