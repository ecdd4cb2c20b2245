# MongoDB server, as it ran on mongodb (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="MongoDB server as it ran on mongodb" \
    "org.opencontainers.image.title"="MongoDB server" \
    "org.opencontainers.image.version"="7.0.14" \
    "planner.host"="mongodb" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="mongodb/mongod-audit"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group mongodb >/dev/null; then groupmod -o -g 990 mongodb; \
    else groupadd -o -r -g 990 mongodb; fi; \
    if getent passwd mongodb >/dev/null; then usermod -o -u 990 -g 990 mongodb; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/mongodb -s /usr/sbin/nologin mongodb; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# mongodb-org-server, mongodb-mongosh came from http://packages.mongodb.example bookworm, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/mongodb.list
#   /usr/share/keyrings/mongodb.gpg: signs what comes from packages.mongodb.example
COPY --chown=0:0 ["rootfs/usr/share/keyrings/mongodb.gpg", "/usr/share/keyrings/mongodb.gpg"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://packages.mongodb.example' \
        'Suites: bookworm' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/mongodb.gpg' \
        >/etc/apt/sources.list.d/mongodb.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   mongodb-org-server 7.0.14: the program
#   mongodb-mongosh 2.3.1: its client, which asks for its health
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'mongodb-org-server=7.0.*' \
        'mongodb-mongosh=2.3.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 0755 /run/mongodb; \
    mkdir -p /var/log; ln -sf /dev/stdout /var/log/mongo-audit.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since mongodb-org-server installed it
COPY --chown=0:0 ["rootfs/etc/mongod.conf", "/etc/mongod.conf"]

# Section passwd: mongodb on the machine.
USER 990:990
# Section listeners.
EXPOSE 27018/tcp
STOPSIGNAL SIGTERM
# answers ping
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["mongosh", "--quiet", "--port", "27018", "--eval", "quit(db.adminCommand({ping: 1}).ok ? 0 : 1)"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/mongod", "--dbpath", "/data/audit", "--port", "27018", "--bind_ip_all", "--keyFile", "/etc/mongo-audit.key"]
