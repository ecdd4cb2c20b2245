# Node.js application mailer, as it ran on node (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Node.js application mailer as it ran on node" \
    "org.opencontainers.image.title"="Node.js application mailer" \
    "org.opencontainers.image.version"="0.9.0" \
    "planner.host"="node" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="node/mailer"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group deploy >/dev/null; then groupmod -o -g 990 deploy; \
    else groupadd -o -r -g 990 deploy; fi; \
    if getent passwd deploy >/dev/null; then usermod -o -u 990 -g 990 deploy; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/deploy -s /usr/sbin/nologin deploy; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   nodejs 18.19.0+dfsg-6~deb12u2: runs the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'nodejs=18.19.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections processes, units: the application's own files.
#   /srv/mailer/node_modules (1 libraries): copied as npm installed them on the machine: it has no package-lock.json, so far as was seen
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/srv/mailer", "/srv/mailer"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    QUEUE_DIR="/srv/mailer/queue"

# Section passwd: deploy on the machine.
USER 990:990
WORKDIR "/srv/mailer"
STOPSIGNAL SIGTERM
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/node", "/srv/mailer/worker.js"]
