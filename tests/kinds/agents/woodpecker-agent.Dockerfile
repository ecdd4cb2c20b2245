# Woodpecker agent, as it ran on agents (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Woodpecker agent as it ran on agents" \
    "org.opencontainers.image.title"="Woodpecker agent" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="agents" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="agents/woodpecker-agent"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group woodpecker >/dev/null; then groupmod -o -g 988 woodpecker; \
    else groupadd -o -r -g 988 woodpecker; fi; \
    if getent passwd woodpecker >/dev/null; then usermod -o -u 988 -g 988 woodpecker; \
    else useradd -o -r -M -u 988 -g 988 -d /var/lib/woodpecker -s /usr/sbin/nologin woodpecker; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   git 1:2.39.2-1.1: builds fetch their sources with it (from Debian)
#   ca-certificates 20230311: servers of others are known by their certificates (from Debian)
# No pin could be made for ca-certificates.
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'git=1:2.39.*' \
        ca-certificates \
    && rm -rf /var/lib/apt/lists/*

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/bin/woodpecker-agent", "/usr/local/bin/woodpecker-agent"]

# Section passwd: woodpecker on the machine.
USER 988:988
WORKDIR "/var/lib/woodpecker"
STOPSIGNAL SIGTERM
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/bin/woodpecker-agent"]
