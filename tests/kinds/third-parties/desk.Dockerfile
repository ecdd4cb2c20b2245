# Node.js application desk, as it ran on third-parties (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Node.js application desk as it ran on third-parties" \
    "org.opencontainers.image.title"="Node.js application desk" \
    "org.opencontainers.image.version"="1.0.0" \
    "planner.host"="third-parties" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="third-parties/desk"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group desk >/dev/null; then groupmod -o -g 990 desk; \
    else groupadd -o -r -g 990 desk; fi; \
    if getent passwd desk >/dev/null; then usermod -o -u 990 -g 990 desk; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/desk -s /usr/sbin/nologin desk; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# Certificates of authorities come first: an address below is https. Any version of them does.
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
# nodejs came from https://deb.nodesource.com/node_18.x nodistro, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/nodesource.list
#   /usr/share/keyrings/nodesource.gpg: signs what comes from deb.nodesource.com
COPY --chown=0:0 ["rootfs/usr/share/keyrings/nodesource.gpg", "/usr/share/keyrings/nodesource.gpg"]
#   /etc/apt/preferences.d/nodejs: apt's preferences for it
COPY --chown=0:0 ["rootfs/etc/apt/preferences.d/nodejs", "/etc/apt/preferences.d/nodejs"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: https://deb.nodesource.com/node_18.x' \
        'Suites: nodistro' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/nodesource.gpg' \
        >/etc/apt/sources.list.d/nodesource.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   nodejs 18.19.0-1nodesource1: runs the program
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'nodejs=18.19.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections processes, units: the application's own files.
#   /srv/desk/node_modules (1 libraries): copied as npm installed them on the machine: it has no package-lock.json, so far as was seen
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/srv/desk", "/srv/desk"]

# Section passwd: desk on the machine.
USER 990:990
# Section listeners.
EXPOSE 3000/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3000"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/node", "/srv/desk/server.js"]
