# Rust program, as it ran on programs (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Rust program as it ran on programs" \
    "org.opencontainers.image.title"="Rust program" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="programs" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="programs/ledger"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group ledger >/dev/null; then groupmod -o -g 989 ledger; \
    else groupadd -o -r -g 989 ledger; fi; \
    if getent passwd ledger >/dev/null; then usermod -o -u 989 -g 989 ledger; \
    else useradd -o -r -M -u 989 -g 989 -d /var/lib/ledger -s /usr/sbin/nologin ledger; fi; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/ledger/", "/etc/ledger/"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/ledger", "/opt/ledger"]

# Section passwd: ledger on the machine.
USER 989:989
# Section listeners.
EXPOSE 7600/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 7600
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7600"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/ledger/ledger", "--config", "/etc/ledger/ledger.toml"]
