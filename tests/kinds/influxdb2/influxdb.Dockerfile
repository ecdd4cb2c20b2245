# InfluxDB time series database, as it ran on influxdb2 (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="InfluxDB time series database as it ran on influxdb2" \
    "org.opencontainers.image.title"="InfluxDB time series database" \
    "org.opencontainers.image.version"="2.7.5" \
    "planner.host"="influxdb2" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="influxdb2/influxdb"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group influxdb >/dev/null; then groupmod -o -g 990 influxdb; \
    else groupadd -o -r -g 990 influxdb; fi; \
    if getent passwd influxdb >/dev/null; then usermod -o -u 990 -g 990 influxdb; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/influxdb -s /usr/sbin/nologin influxdb; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# influxdb2 came from http://packages.influxdata.example bookworm, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/influxdata.list
#   /usr/share/keyrings/influxdata.gpg: signs what comes from packages.influxdata.example
COPY --chown=0:0 ["rootfs/usr/share/keyrings/influxdata.gpg", "/usr/share/keyrings/influxdata.gpg"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://packages.influxdata.example' \
        'Suites: bookworm' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/influxdata.gpg' \
        >/etc/apt/sources.list.d/influxdata.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   influxdb2 2.7.5: the program
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'influxdb2=2.7.*' \
    && rm -rf /var/lib/apt/lists/*

# Section config-files: configuration that is not as the packages ship it.
#   changed since influxdb2 installed it
COPY --chown=0:0 ["rootfs/etc/influxdb/", "/etc/influxdb/"]

# Section passwd: influxdb on the machine.
USER 990:990
# Section listeners.
EXPOSE 8086/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 8086 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8086 && printf 'GET /health HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/influxd", "--engine-path=/srv/influx2/engine"]
