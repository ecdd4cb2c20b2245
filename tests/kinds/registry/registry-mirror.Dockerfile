# Registry of container images, as it ran on registry (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Registry of container images as it ran on registry" \
    "org.opencontainers.image.title"="Registry of container images" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="registry" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="registry/registry-mirror"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group mirror >/dev/null; then groupmod -o -g 989 mirror; \
    else groupadd -o -r -g 989 mirror; fi; \
    if getent passwd mirror >/dev/null; then usermod -o -u 989 -g 989 mirror; \
    else useradd -o -r -M -u 989 -g 989 -d /var/lib/mirror -s /usr/sbin/nologin mirror; fi; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/registry-mirror.yml", "/etc/registry-mirror.yml"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/bin/registry", "/usr/local/bin/registry"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY="/srv/mirror"

# Section passwd: mirror on the machine.
USER 989:989
# Section listeners.
EXPOSE 5001/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 5001 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5001 && printf 'GET /v2/ HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/bin/registry", "serve", "/etc/registry-mirror.yml"]
