# Caddy web server, as it ran on caddy (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: the application's own image of Caddy web server, series 2.6, variant alpine; not rebuilt any more as of 2026-08-21: it gets no fixes
ARG BASE="docker.io/library/caddy:2.6-alpine"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/caddy:2.6-alpine" \
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
    getent group caddy >/dev/null || addgroup -S -g 996 caddy; \
    getent passwd caddy >/dev/null || adduser -S -D -H -u 996 -G caddy -h /var/lib/caddy caddy; \
    true

# The image's own configuration: the machine's takes its place, none of it may stay between.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/caddy

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    mkdir -p /var/log/caddy; ln -sf /dev/stdout /var/log/caddy/pages.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   the image's own configuration is another than the package's: all of it as here
COPY --chown=0:996 ["rootfs/etc/caddy", "/etc/caddy"]
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    HOME="/var/lib/caddy" \
    XDG_CONFIG_HOME="/var/lib/caddy/.config" \
    XDG_DATA_HOME="/var/lib/caddy/.local/share"

# caddy: CARRIED.md says whose numbers these are.
USER 996:996
# Section listeners.
EXPOSE 80/tcp 443/tcp 2020/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 80
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["nc", "-z", "127.0.0.1", "80"]
# Data and configuration come from the machine: the image's own start would make new ones.
ENTRYPOINT []
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/caddy", "run", "--config", "/etc/caddy/Caddyfile"]
