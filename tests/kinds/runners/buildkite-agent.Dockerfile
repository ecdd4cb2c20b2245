# Buildkite agent, as it ran on runners (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Buildkite agent as it ran on runners" \
    "org.opencontainers.image.title"="Buildkite agent" \
    "org.opencontainers.image.version"="3.62.0" \
    "planner.host"="runners" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="runners/buildkite-agent"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group buildkite-agent >/dev/null; then groupmod -o -g 989 buildkite-agent; \
    else groupadd -o -r -g 989 buildkite-agent; fi; \
    if getent passwd buildkite-agent >/dev/null; then usermod -o -u 989 -g 989 buildkite-agent; \
    else useradd -o -r -M -u 989 -g 989 -d /var/lib/buildkite-agent -s /usr/sbin/nologin buildkite-agent; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# buildkite-agent came from http://packages.buildkite.example bookworm, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/buildkite.list
#   /usr/share/keyrings/buildkite.gpg: signs what comes from packages.buildkite.example
COPY --chown=0:0 ["rootfs/usr/share/keyrings/buildkite.gpg", "/usr/share/keyrings/buildkite.gpg"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://packages.buildkite.example' \
        'Suites: bookworm' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/buildkite.gpg' \
        >/etc/apt/sources.list.d/buildkite.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   buildkite-agent 3.62.0: the program
#   git 1:2.39.2-1.1: builds fetch their sources with it (from Debian)
#   ca-certificates 20230311: servers of others are known by their certificates (from Debian)
# No pin could be made for ca-certificates.
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'buildkite-agent=3.62.*' \
        'git=1:2.39.*' \
        ca-certificates \
    && rm -rf /var/lib/apt/lists/*

# Section config-files: configuration that is not as the packages ship it.
#   changed since buildkite-agent installed it
COPY --chown=0:0 ["rootfs/etc/buildkite-agent/", "/etc/buildkite-agent/"]

# Section passwd: buildkite-agent on the machine.
USER 989:989
STOPSIGNAL SIGTERM
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/buildkite-agent", "start"]
