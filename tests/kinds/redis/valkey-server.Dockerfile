# Valkey key-value store, as it ran on redis (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Valkey key-value store as it ran on redis" \
    "org.opencontainers.image.title"="Valkey key-value store" \
    "org.opencontainers.image.version"="8.1.1" \
    "planner.host"="redis" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="redis/valkey-server"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group valkey >/dev/null; then groupmod -o -g 990 valkey; \
    else groupadd -o -r -g 990 valkey; fi; \
    if getent passwd valkey >/dev/null; then usermod -o -u 990 -g 990 valkey; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/valkey -s /usr/sbin/nologin valkey; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   valkey-server 8.1.1+dfsg1-1: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'valkey-server=8.1.*' \
    && rm -rf /var/lib/apt/lists/*

# Section config-files: configuration that is not as the packages ship it.
#   changed since valkey-server installed it
COPY --chown=0:0 ["rootfs/etc/valkey/", "/etc/valkey/"]

# Sections processes, units: the application's own files.
#   module that its configuration loads
COPY --chown=0:0 ["rootfs/opt/modules/bloom.so", "/opt/modules/bloom.so"]

# Section passwd: valkey on the machine.
USER 990:990
# Section listeners.
EXPOSE 6390/tcp
STOPSIGNAL SIGTERM
# answers PING with PONG
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "[ \"$(valkey-cli -p 6390 ping)\" = PONG ]"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/valkey-server", "/etc/valkey/valkey.conf", "--daemonize", "no", "--supervised", "no", "--logfile", "", "--syslog-enabled", "no", "--bind", "*"]
