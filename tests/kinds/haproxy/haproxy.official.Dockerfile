# HAProxy load balancer, as it ran on haproxy (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: the application's own image of HAProxy load balancer, series 2.6, variant trixie
ARG BASE="docker.io/library/haproxy:2.6-trixie"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}
# It starts as haproxy; what is prepared here is root's to prepare.
USER 0:0

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/haproxy:2.6-trixie" \
    "org.opencontainers.image.description"="HAProxy load balancer as it ran on haproxy" \
    "org.opencontainers.image.title"="HAProxy load balancer" \
    "org.opencontainers.image.version"="2.6.12" \
    "planner.host"="haproxy" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="haproxy/haproxy"

# The image's own configuration: the machine's takes its place, none of it may stay between.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/haproxy

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 99 -g 99 -m 0755 /run/haproxy; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   the image's own configuration is another than the package's: all of it as here
COPY --chown=0:99 ["rootfs/etc/haproxy", "/etc/haproxy"]
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/share/haproxy/auth.lua", "/usr/local/share/haproxy/auth.lua"]

# haproxy: CARRIED.md says whose numbers these are.
USER 99:99
# Section listeners.
EXPOSE 80/tcp 443/tcp 8404/tcp
STOPSIGNAL SIGUSR1
# accepts connections on port 80
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/80"]
# Data and configuration come from the machine: the image's own start would make new ones.
ENTRYPOINT []
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/bin/sh", "-c", "mkdir -p /run/haproxy/config && sed -E -e 's!^([[:space:]]*log[[:space:]]+)(/|127[.]|localhost)[^[:space:]]*([[:space:]]+(len|format|sample|ring)[[:space:]]+[^[:space:]]+)*!\\1stdout format raw!' -e 's/^[[:space:]]*chroot[[:space:]]/#&/' /etc/haproxy/haproxy.cfg > /run/haproxy/config/0.cfg && exec /usr/local/sbin/haproxy -db -f /run/haproxy/config/0.cfg -f /etc/haproxy/conf.d/20-backends.cfg -f /etc/haproxy/conf.d/30-stats.cfg"]
