# HAProxy load balancer, as it ran on haproxy (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="HAProxy load balancer as it ran on haproxy" \
    "org.opencontainers.image.title"="HAProxy load balancer" \
    "org.opencontainers.image.version"="2.6.12" \
    "planner.host"="haproxy" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="haproxy/haproxy"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group haproxy >/dev/null; then groupmod -o -g 990 haproxy; \
    else groupadd -o -r -g 990 haproxy; fi; \
    if getent passwd haproxy >/dev/null; then usermod -o -u 990 -g 990 haproxy; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/haproxy -s /usr/sbin/nologin haproxy; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   haproxy 2.6.12-1+deb12u1: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'haproxy=2.6.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 0755 /run/haproxy; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since haproxy installed it
COPY --chown=0:0 ["rootfs/etc/haproxy/", "/etc/haproxy/"]
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/share/haproxy/auth.lua", "/usr/local/share/haproxy/auth.lua"]

# Section passwd: haproxy on the machine.
USER 990:990
# Section listeners.
EXPOSE 80/tcp 443/tcp 8404/tcp
STOPSIGNAL SIGUSR1
# accepts connections on port 80
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/80"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/bin/sh", "-c", "mkdir -p /run/haproxy/config && sed -E -e 's!^([[:space:]]*log[[:space:]]+)(/|127[.]|localhost)[^[:space:]]*([[:space:]]+(len|format|sample|ring)[[:space:]]+[^[:space:]]+)*!\\1stdout format raw!' -e 's/^[[:space:]]*chroot[[:space:]]/#&/' /etc/haproxy/haproxy.cfg > /run/haproxy/config/0.cfg && exec /usr/sbin/haproxy -db -f /run/haproxy/config/0.cfg -f /etc/haproxy/conf.d/20-backends.cfg -f /etc/haproxy/conf.d/30-stats.cfg"]
