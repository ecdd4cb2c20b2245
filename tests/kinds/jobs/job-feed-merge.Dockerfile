# scheduled job feed-merge, as it ran on jobs (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="scheduled job feed-merge as it ran on jobs" \
    "org.opencontainers.image.title"="scheduled job feed-merge" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="jobs" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="jobs/job-feed-merge"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group feeds >/dev/null; then groupmod -o -g 1400 feeds; \
    else groupadd -o -r -g 1400 feeds; fi; \
    if getent passwd feeds >/dev/null; then usermod -o -u 1400 -g 1400 feeds; \
    else useradd -o -r -M -u 1400 -g 1400 -d /home/feeds -s /usr/sbin/nologin feeds; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   python3-psycopg2 2.9.5-1: /usr/local/lib/feeds/push.py imports psycopg2 (from Debian)
#   rsync 3.2.7-1: rsync, which /usr/local/bin/feed-merge runs (from Debian)
#   jq 1.6-2.1: jq, which /usr/local/bin/feed-merge runs (from Debian)
#   python3 3.11.2-1: python3, which /usr/local/lib/feeds/push.py runs (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'python3-psycopg2=2.9.*' \
        'rsync=3.2.*' \
        'jq=1.*' \
        'python3=3.11.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 1400 -g 1400 -m 0755 /home/feeds; \
    install -d -o 1400 -g 1400 -m 0755 /run/lock; \
    mkdir -p /var/log/feeds; ln -sf /dev/stdout /var/log/feeds/merge.log; \
    true

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/bin/feed-merge", "/usr/local/bin/feed-merge"]
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/lib/feeds", "/usr/local/lib/feeds"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    FEED_DIR="/srv/feeds" \
    TZ="Europe/Zurich"

# Section passwd: feeds on the machine.
USER 1400:1400
WORKDIR "/home/feeds"
STOPSIGNAL SIGTERM
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/bin/bash", "-c", "flock -n /run/lock/feeds.lock /usr/local/bin/feed-merge \"$(date +%F)\" >>/var/log/feeds/merge.log 2>&1"]
