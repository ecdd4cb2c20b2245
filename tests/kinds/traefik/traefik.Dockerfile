# Traefik proxy, as it ran on traefik (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Traefik proxy as it ran on traefik" \
    "org.opencontainers.image.title"="Traefik proxy" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="traefik" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="traefik/traefik"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group traefik >/dev/null; then groupmod -o -g 990 traefik; \
    else groupadd -o -r -g 990 traefik; fi; \
    if getent passwd traefik >/dev/null; then usermod -o -u 990 -g 990 traefik; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/traefik -s /usr/sbin/nologin traefik; fi; \
    true

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    mkdir -p /var/log/traefik; ln -sf /dev/stdout /var/log/traefik/access.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/traefik/", "/etc/traefik/"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/bin/traefik", "/usr/local/bin/traefik"]

# Section passwd: traefik on the machine.
USER 990:990
# Section listeners.
EXPOSE 80/tcp 443/tcp 8082/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 8082 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8082 && printf 'GET /ping HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/bin/traefik", "--configFile=/etc/traefik/traefik.yml"]
