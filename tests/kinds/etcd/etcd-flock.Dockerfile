# etcd key-value store, as it ran on etcd (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="etcd key-value store as it ran on etcd" \
    "org.opencontainers.image.title"="etcd key-value store" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="etcd" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="etcd/etcd-flock"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group etcd >/dev/null; then groupmod -o -g 990 etcd; \
    else groupadd -o -r -g 990 etcd; fi; \
    if getent passwd etcd >/dev/null; then usermod -o -u 990 -g 990 etcd; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/etcd -s /usr/sbin/nologin etcd; fi; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/default/", "/etc/default/"]
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/etcd-flock.yml", "/etc/etcd-flock.yml"]
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/etcd-tls/", "/etc/etcd-tls/"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/etcd", "/opt/etcd"]

# Section passwd: etcd on the machine.
USER 990:990
# Section listeners.
EXPOSE 2379/tcp 2390/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 2379
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/2379"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/etcd/etcd", "--config-file=/etc/etcd-flock.yml"]
