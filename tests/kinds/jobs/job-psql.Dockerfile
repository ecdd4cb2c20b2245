# scheduled job psql, as it ran on jobs (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="scheduled job psql as it ran on jobs" \
    "org.opencontainers.image.title"="scheduled job psql" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="jobs" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="jobs/job-psql"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group tally >/dev/null; then groupmod -o -g 1401 tally; \
    else groupadd -o -r -g 1401 tally; fi; \
    if getent passwd tally >/dev/null; then usermod -o -u 1401 -g 1401 tally; \
    else useradd -o -r -M -u 1401 -g 1401 -d /var/lib/tally -s /usr/sbin/nologin tally; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   postgresql-client-15 15.6-0+deb12u1: psql, which the job runs (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'postgresql-client-15=15.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 1401 -g 1401 -m 0755 /var/lib/tally; \
    true

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    TZ="Europe/Zurich"

# Section passwd: tally on the machine.
USER 1401:1401
WORKDIR "/var/lib/tally"
STOPSIGNAL SIGTERM
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/bin/sh", "-c", "printf '%s\\n' 'select 1;' | { psql -h db.shop.example -f /srv/tally/weekly.sql shop; }"]
