# Redis key-value store, as it ran on redis (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: the application's own image of Redis key-value store, series 7.0; not rebuilt any more as of 2026-08-21: it gets no fixes
ARG BASE="docker.io/library/redis:7.0-bookworm"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/redis:7.0-bookworm" \
    "org.opencontainers.image.description"="Redis key-value store as it ran on redis" \
    "org.opencontainers.image.title"="Redis key-value store" \
    "org.opencontainers.image.version"="7.0.15" \
    "planner.host"="redis" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="redis/redis-server@sessions"

# Section config-files: configuration that is not as the packages ship it.
#   changed since redis-server installed it
COPY --chown=0:0 ["rootfs/etc/redis/", "/etc/redis/"]

# redis: CARRIED.md says whose numbers these are.
USER 999:999
# Section listeners.
EXPOSE 6380/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 6380
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/6380"]
# Data and configuration come from the machine: the image's own start would make new ones.
ENTRYPOINT []
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/bin/redis-server", "/etc/redis/redis-sessions.conf", "--daemonize", "no", "--supervised", "no", "--logfile", "", "--dir", "/data"]
