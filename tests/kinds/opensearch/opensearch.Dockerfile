# OpenSearch search engine, as it ran on opensearch (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="OpenSearch search engine as it ran on opensearch" \
    "org.opencontainers.image.title"="OpenSearch search engine" \
    "org.opencontainers.image.version"="2.11.1" \
    "planner.host"="opensearch" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="opensearch/opensearch"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group opensearch >/dev/null; then groupmod -o -g 990 opensearch; \
    else groupadd -o -r -g 990 opensearch; fi; \
    if getent passwd opensearch >/dev/null; then usermod -o -u 990 -g 990 opensearch; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/opensearch -s /usr/sbin/nologin opensearch; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# opensearch came from http://packages.opensearch.example bookworm, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/opensearch.list
#   /usr/share/keyrings/opensearch.gpg: signs what comes from packages.opensearch.example
COPY --chown=0:0 ["rootfs/usr/share/keyrings/opensearch.gpg", "/usr/share/keyrings/opensearch.gpg"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://packages.opensearch.example' \
        'Suites: bookworm' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/opensearch.gpg' \
        >/etc/apt/sources.list.d/opensearch.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   opensearch 2.11.1: the program
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'opensearch=2.11.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 0755 /run/opensearch; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since opensearch installed it
COPY --chown=0:0 ["rootfs/etc/opensearch/", "/etc/opensearch/"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    OPENSEARCH_HOME="/usr/share/opensearch" \
    OPENSEARCH_PATH_CONF="/etc/opensearch" \
    PID_DIR="/run/opensearch"

# Section passwd: opensearch on the machine.
USER 990:990
# Section listeners.
EXPOSE 9201/tcp 9300/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 9201
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9201"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/share/opensearch/bin/opensearch"]
