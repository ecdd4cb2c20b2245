# Prometheus, as it ran on metrics (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Prometheus as it ran on metrics" \
    "org.opencontainers.image.title"="Prometheus" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="metrics" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="metrics/prometheus"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group prometheus >/dev/null; then groupmod -o -g 990 prometheus; \
    else groupadd -o -r -g 990 prometheus; fi; \
    if getent passwd prometheus >/dev/null; then usermod -o -u 990 -g 990 prometheus; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/prometheus -s /usr/sbin/nologin prometheus; fi; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
#   changed since prometheus-alertmanager installed it
COPY --chown=0:0 ["rootfs/etc/prometheus/", "/etc/prometheus/"]
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/prometheus", "/opt/prometheus"]

# Section passwd: prometheus on the machine.
USER 990:990
WORKDIR "/data/prometheus"
# Section listeners.
EXPOSE 9090/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 9090
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9090"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/prometheus/prometheus", "--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=data", "--storage.tsdb.retention.size=200GB", "--web.config.file=/etc/prometheus/web.yml", "--web.external-url=https://metrics.shop.example/prom/", "--web.enable-lifecycle"]
