# Prometheus exporter (mysqld), as it ran on metrics (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Prometheus exporter (mysqld) as it ran on metrics" \
    "org.opencontainers.image.title"="Prometheus exporter (mysqld)" \
    "org.opencontainers.image.version"="0.14.0" \
    "planner.host"="metrics" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="metrics/prometheus-mysqld-exporter"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group prometheus >/dev/null; then groupmod -o -g 990 prometheus; \
    else groupadd -o -r -g 990 prometheus; fi; \
    if getent passwd prometheus >/dev/null; then usermod -o -u 990 -g 990 prometheus; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/prometheus -s /usr/sbin/nologin prometheus; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   prometheus-mysqld-exporter 0.14.0-3+b8: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'prometheus-mysqld-exporter=0.14.*' \
    && rm -rf /var/lib/apt/lists/*

# Section passwd: prometheus on the machine.
USER 990:990
# Section listeners.
EXPOSE 19104/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 19104 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/19104 && printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/prometheus-mysqld-exporter", "--web.listen-address=0.0.0.0:19104"]
