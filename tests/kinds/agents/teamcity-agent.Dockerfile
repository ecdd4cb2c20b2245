# TeamCity agent, as it ran on agents (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="TeamCity agent as it ran on agents" \
    "org.opencontainers.image.title"="TeamCity agent" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="agents" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="agents/teamcity-agent"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group teamcity >/dev/null; then groupmod -o -g 989 teamcity; \
    else groupadd -o -r -g 989 teamcity; fi; \
    if getent passwd teamcity >/dev/null; then usermod -o -u 989 -g 989 teamcity; \
    else useradd -o -r -M -u 989 -g 989 -d /var/lib/teamcity -s /usr/sbin/nologin teamcity; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   openjdk-17-jre-headless 17.0.9+9-1: runs the program (from Debian)
#   git 1:2.39.2-1.1: builds fetch their sources with it (from Debian)
#   ca-certificates 20230311: servers of others are known by their certificates (from Debian)
# No pin could be made for ca-certificates.
# hadolint ignore=DL3008
RUN mkdir -p /usr/share/man/man1 \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'openjdk-17-jre-headless=17.0.*' \
        'git=1:2.39.*' \
        ca-certificates \
    && rm -rf /var/lib/apt/lists/*

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=989:989 ["rootfs/opt/buildagent", "/opt/buildagent"]

# Section passwd: teamcity on the machine.
USER 989:989
WORKDIR "/opt/buildagent"
STOPSIGNAL SIGTERM
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/buildagent/bin/agent.sh", "run"]
