# Caddy web server, as it ran on caddy (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Caddy web server as it ran on caddy" \
    "org.opencontainers.image.title"="Caddy web server" \
    "org.opencontainers.image.version"="2.6.2" \
    "planner.host"="caddy" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="caddy/caddy"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group caddy >/dev/null; then groupmod -o -g 996 caddy; \
    else groupadd -o -r -g 996 caddy; fi; \
    if getent passwd caddy >/dev/null; then usermod -o -u 996 -g 996 caddy; \
    else useradd -o -r -M -u 996 -g 996 -d /var/lib/caddy -s /usr/sbin/nologin caddy; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   caddy 2.6.2-5: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'caddy=2.6.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    mkdir -p /var/log/caddy; ln -sf /dev/stdout /var/log/caddy/pages.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since caddy installed it
COPY --chown=0:0 ["rootfs/etc/caddy/", "/etc/caddy/"]
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    HOME="/var/lib/caddy"

# Section passwd: caddy on the machine.
USER 996:996
# Section listeners.
EXPOSE 80/tcp 443/tcp 2020/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 443
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/443"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/caddy", "run", "--config", "/etc/caddy/Caddyfile"]
