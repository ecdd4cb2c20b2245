# PostgreSQL cluster 15/main, as it ran on postgresql (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="PostgreSQL cluster 15/main as it ran on postgresql" \
    "org.opencontainers.image.title"="PostgreSQL cluster 15/main" \
    "org.opencontainers.image.version"="15.6" \
    "planner.host"="postgresql" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="postgresql/postgresql@15-main"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group postgres >/dev/null; then groupmod -o -g 990 postgres; \
    else groupadd -o -r -g 990 postgres; fi; \
    if getent passwd postgres >/dev/null; then usermod -o -u 26 -g 990 postgres; \
    else useradd -o -r -M -u 26 -g 990 -d /var/lib/postgres -s /usr/sbin/nologin postgres; fi; \
    true

# Installing PostgreSQL would make a cluster in a layer; the data comes in a volume.
RUN install -d -m 0755 /etc/postgresql-common \
    && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf

# Section repositories: packages that the base image's own repositories do not have.
# timescaledb-2-postgresql-15 came from http://packages.timescale.example bookworm, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/timescale.list
#   /usr/share/keyrings/timescale.gpg: signs what comes from packages.timescale.example
COPY --chown=0:0 ["rootfs/usr/share/keyrings/timescale.gpg", "/usr/share/keyrings/timescale.gpg"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://packages.timescale.example' \
        'Suites: bookworm' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/timescale.gpg' \
        >/etc/apt/sources.list.d/timescale.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   postgresql-15 15.6-0+deb12u1: the program (from Debian)
#   postgresql-15-pgvector 0.4.4-1: an extension that is installed on the machine (from Debian)
#   timescaledb-2-postgresql-15 2.14.2~debian12: an extension that is installed on the machine
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'postgresql-15=15.*' \
        'postgresql-15-pgvector=0.4.*' \
        'timescaledb-2-postgresql-15=2.14.*' \
    && rm -rf /var/lib/apt/lists/*

# Made by installing the packages; the image must not keep it. Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/ssl/private/ssl-cert-snakeoil.key

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 26 -g 990 -m 2775 /run/postgresql; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since postgresql-15 installed it
COPY --chown=0:0 ["rootfs/etc/postgresql/", "/etc/postgresql/"]

# Section passwd: postgres on the machine.
USER 26:990
# Section listeners.
EXPOSE 5432/tcp
STOPSIGNAL SIGINT
# accepts connections (pg_isready)
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["/usr/lib/postgresql/15/bin/pg_isready", "-q", "-h", "/run/postgresql", "-p", "5432"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/15/main", "-c", "config_file=/etc/postgresql/15/main/postgresql.conf"]
