# MongoDB server, as it ran on own-images (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: the application's own image of MongoDB server, series 7.0, variant jammy
ARG BASE="docker.io/library/mongo:7.0-jammy"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/mongo:7.0-jammy" \
    "org.opencontainers.image.description"="MongoDB server as it ran on own-images" \
    "org.opencontainers.image.title"="MongoDB server" \
    "org.opencontainers.image.version"="7.0.14" \
    "planner.host"="own-images" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="own-images/mongod"

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    mkdir -p /var/log/mongodb; ln -sf /dev/stdout /var/log/mongodb/mongod.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since mongodb-org-server installed it
COPY --chown=0:0 ["rootfs/etc/mongod.conf", "/etc/mongod.conf"]

# mongodb: CARRIED.md says whose numbers these are.
USER 999:999
# Section listeners.
EXPOSE 27017/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 27017
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/27017"]
# Data and configuration come from the machine: the image's own start would make new ones.
ENTRYPOINT []
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/mongod", "--config", "/etc/mongod.conf", "--dbpath", "/data/db"]
