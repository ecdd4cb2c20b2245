# Azure Pipelines agent, as it ran on agents (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Azure Pipelines agent as it ran on agents" \
    "org.opencontainers.image.title"="Azure Pipelines agent" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="agents" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="agents/vsts.agent.shop.linux.build3"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group builder >/dev/null; then groupmod -o -g 990 builder; \
    else groupadd -o -r -g 990 builder; fi; \
    if getent passwd builder >/dev/null; then usermod -o -u 990 -g 990 builder; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/builder -s /usr/sbin/nologin builder; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   git 1:2.39.2-1.1: builds fetch their sources with it (from Debian)
#   ca-certificates 20230311: servers of others are known by their certificates (from Debian)
#   libicu72 72.1-3: the agent, in .NET, asks for it (from Debian)
# No pin could be made for ca-certificates.
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'git=1:2.39.*' \
        ca-certificates \
        'libicu72=72.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=990:990 ["rootfs/opt/azagent", "/opt/azagent"]

# Section passwd: builder on the machine.
USER 990:990
WORKDIR "/opt/azagent"
STOPSIGNAL SIGINT
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/azagent/run.sh"]
