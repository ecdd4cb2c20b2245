# PgBouncer connection pooler, as it ran on postgresql (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="PgBouncer connection pooler as it ran on postgresql" \
    "org.opencontainers.image.title"="PgBouncer connection pooler" \
    "org.opencontainers.image.version"="1.18.0" \
    "planner.host"="postgresql" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="postgresql/pgbouncer"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group postgres >/dev/null; then groupmod -o -g 990 postgres; \
    else groupadd -o -r -g 990 postgres; fi; \
    if getent passwd postgres >/dev/null; then usermod -o -u 26 -g 990 postgres; \
    else useradd -o -r -M -u 26 -g 990 -d /var/lib/postgres -s /usr/sbin/nologin postgres; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   pgbouncer 1.18.0-1: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'pgbouncer=1.18.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 26 -g 990 -m 0755 /run/postgresql; \
    mkdir -p /var/log/postgresql; ln -sf /dev/stdout /var/log/postgresql/pgbouncer.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since pgbouncer installed it
COPY --chown=0:0 ["rootfs/etc/pgbouncer/", "/etc/pgbouncer/"]

# Section passwd: postgres on the machine.
USER 26:990
# Section listeners.
EXPOSE 6440/tcp
STOPSIGNAL SIGTERM
# answers PostgreSQL's protocol on port 6440
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/6440 && printf '\\0\\0\\0\\010\\004\\322\\026\\057' >&3 && read -r -n 1 -t 4 answer <&3 && case $answer in S|N) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/sbin/pgbouncer", "-q", "/etc/pgbouncer/pgbouncer.ini"]
