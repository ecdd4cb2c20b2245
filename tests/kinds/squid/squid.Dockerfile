# Squid web proxy, as it ran on squid (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Squid web proxy as it ran on squid" \
    "org.opencontainers.image.title"="Squid web proxy" \
    "org.opencontainers.image.version"="5.7" \
    "planner.host"="squid" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="squid/squid"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group proxy >/dev/null; then groupmod -o -g 13 proxy; \
    else groupadd -o -r -g 13 proxy; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   squid 5.7-2: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'squid=5.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 13 -g 13 -m 0755 /run/squid; \
    install -d -o 13 -g 13 -m 0750 /srv/squid; \
    install -d -o 13 -g 13 -m 0750 /srv/squid/cache; \
    install -d -o 13 -g 13 -m 0755 /var/log/squid; \
    install -d -o 13 -g 13 -m 0750 /var/spool/squid; \
    install -D -o 13 -g 13 -m 0644 /dev/null /run/squid.pid; \
    mkdir -p /var/log/squid; ln -sf /dev/stderr /var/log/squid/cache.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since squid installed it
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/squid/", "/etc/squid/"]

# Section passwd: proxy on the machine.
USER 13:13
# Section listeners.
EXPOSE 8888/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 8888
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8888"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/bin/sh", "-c", "rm -rf /run/squid/config && cp -RL /etc/squid /run/squid/config && sed -i -E -e 's!^([[:space:]]*access_log[[:space:]]+)((daemon|stdio|udp|tcp|syslog):[^[:space:]]*|/[^[:space:]]*)!\\1stdio:/dev/stdout!' -e 's!^([[:space:]]*include[[:space:]]+\\\"?)/etc/squid/!\\1/run/squid/config/!' -e 's!^[[:space:]]*pid_filename[[:space:]]!#&!' /run/squid/config/squid.conf /run/squid/config/conf.d/logs.conf && printf '%s\\n' 'pid_filename none' >> /run/squid/config/squid.conf && /usr/sbin/squid -N -f /run/squid/config/squid.conf -z && exec /usr/sbin/squid -N -f /run/squid/config/squid.conf -YC"]
