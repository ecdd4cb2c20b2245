# Redis key-value store, as it ran on redis (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Redis key-value store as it ran on redis" \
    "org.opencontainers.image.title"="Redis key-value store" \
    "org.opencontainers.image.version"="7.0.15" \
    "planner.host"="redis" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="redis/redis-server@sessions"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group redis >/dev/null; then groupmod -o -g 989 redis; \
    else groupadd -o -r -g 989 redis; fi; \
    if getent passwd redis >/dev/null; then usermod -o -u 989 -g 989 redis; \
    else useradd -o -r -M -u 989 -g 989 -d /var/lib/redis -s /usr/sbin/nologin redis; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   redis-server 5:7.0.15-1~deb12u1: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'redis-server=5:7.0.*' \
    && rm -rf /var/lib/apt/lists/*

# Section config-files: configuration that is not as the packages ship it.
#   changed since redis-server installed it
COPY --chown=0:0 ["rootfs/etc/redis/", "/etc/redis/"]

# Section passwd: redis on the machine.
USER 989:989
# Section listeners.
EXPOSE 6380/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 6380
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/6380"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/redis-server", "/etc/redis/redis-sessions.conf", "--daemonize", "no", "--supervised", "no", "--logfile", ""]
