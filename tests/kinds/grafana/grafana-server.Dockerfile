# Grafana, as it ran on grafana (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Grafana as it ran on grafana" \
    "org.opencontainers.image.title"="Grafana" \
    "org.opencontainers.image.version"="10.4.2" \
    "planner.host"="grafana" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="grafana/grafana-server"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group grafana >/dev/null; then groupmod -o -g 990 grafana; \
    else groupadd -o -r -g 990 grafana; fi; \
    if getent passwd grafana >/dev/null; then usermod -o -u 990 -g 990 grafana; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/grafana -s /usr/sbin/nologin grafana; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# grafana came from http://packages.grafana.example bookworm, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/grafana.list
#   /usr/share/keyrings/grafana.gpg: signs what comes from packages.grafana.example
COPY --chown=0:0 ["rootfs/usr/share/keyrings/grafana.gpg", "/usr/share/keyrings/grafana.gpg"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://packages.grafana.example' \
        'Suites: bookworm' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/grafana.gpg' \
        >/etc/apt/sources.list.d/grafana.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   grafana 10.4.2: the program
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'grafana=10.4.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 0755 /run/grafana; \
    mkdir -p /var/log/grafana; ln -sf /dev/stdout /var/log/grafana/grafana.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since grafana installed it
COPY --chown=0:0 ["rootfs/etc/grafana/", "/etc/grafana/"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    RUNTIME_DIRECTORY="/run/grafana"

# Section passwd: grafana on the machine.
USER 990:990
WORKDIR "/usr/share/grafana"
# Section listeners.
EXPOSE 3080/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 3080 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3080 && printf 'GET /api/health HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/share/grafana/bin/grafana", "server", "--config=/etc/grafana/grafana.ini", "--packaging=deb", "cfg:default.paths.logs=/var/log/grafana", "cfg:default.paths.data=/data/grafana", "cfg:default.paths.plugins=/data/grafana/plugins", "cfg:default.paths.provisioning=/etc/grafana/provisioning", "cfg:log.mode=console"]
