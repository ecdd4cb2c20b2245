# nginx web server, as it ran on nginx (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: the application's own image of nginx web server, series 1.22, variant bullseye; not rebuilt any more as of 2026-08-21: it gets no fixes
ARG BASE="docker.io/library/nginx:1.22-bullseye"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/nginx:1.22-bullseye" \
    "org.opencontainers.image.description"="nginx web server as it ran on nginx" \
    "org.opencontainers.image.title"="nginx web server" \
    "org.opencontainers.image.version"="1.22.1" \
    "planner.host"="nginx" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="nginx/nginx"

# The image's own configuration: the machine's takes its place, none of it may stay between.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/nginx

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 101 -g 101 -m 0700 /var/cache/nginx; \
    install -d -o 101 -g 101 -m 0700 /var/cache/nginx/api; \
    install -D -o 101 -g 101 -m 0644 /dev/null /run/nginx.pid; \
    mkdir -p /var/log/nginx; ln -sf /dev/stdout /var/log/nginx/access.log; \
    mkdir -p /var/log/nginx; ln -sf /dev/stdout /var/log/nginx/docs.log; \
    mkdir -p /var/log/nginx; ln -sf /dev/stderr /var/log/nginx/error.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   the image's own configuration is another than the package's: all of it as here
COPY --chown=0:101 ["rootfs/etc/nginx", "/etc/nginx"]

# nginx: CARRIED.md says whose numbers these are.
USER 101:101
# Section listeners.
EXPOSE 80/tcp 8443/tcp
STOPSIGNAL SIGQUIT
# answers HTTP on port 8443 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8443 && printf 'GET / HTTP/1.0\\r\\nHost: api.example\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Data and configuration come from the machine: the image's own start would make new ones.
ENTRYPOINT []
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/sbin/nginx", "-g", "daemon off; master_process on;"]
