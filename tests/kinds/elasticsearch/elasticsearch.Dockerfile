# Elasticsearch search engine, as it ran on elasticsearch (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Elasticsearch search engine as it ran on elasticsearch" \
    "org.opencontainers.image.title"="Elasticsearch search engine" \
    "org.opencontainers.image.version"="7.17.18" \
    "planner.host"="elasticsearch" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="elasticsearch/elasticsearch"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group elasticsearch >/dev/null; then groupmod -o -g 990 elasticsearch; \
    else groupadd -o -r -g 990 elasticsearch; fi; \
    if getent passwd elasticsearch >/dev/null; then usermod -o -u 990 -g 990 elasticsearch; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/elasticsearch -s /usr/sbin/nologin elasticsearch; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# elasticsearch came from http://packages.elastic.example bookworm, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/elastic.list
#   /usr/share/keyrings/elastic.gpg: signs what comes from packages.elastic.example
COPY --chown=0:0 ["rootfs/usr/share/keyrings/elastic.gpg", "/usr/share/keyrings/elastic.gpg"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://packages.elastic.example' \
        'Suites: bookworm' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/elastic.gpg' \
        >/etc/apt/sources.list.d/elastic.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   elasticsearch 7.17.18: the program
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'elasticsearch=7.17.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 0755 /run/elasticsearch; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since elasticsearch installed it
COPY --chown=0:0 ["rootfs/etc/elasticsearch/", "/etc/elasticsearch/"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    ES_HOME="/usr/share/elasticsearch" \
    ES_PATH_CONF="/etc/elasticsearch" \
    PID_DIR="/run/elasticsearch" \
    RUNTIME_DIRECTORY="/run/elasticsearch"

# Section passwd: elasticsearch on the machine.
USER 990:990
# Section listeners.
EXPOSE 9200/tcp 9300/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 9200 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9200 && printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/share/elasticsearch/bin/elasticsearch", "-Enetwork.host=0.0.0.0"]
