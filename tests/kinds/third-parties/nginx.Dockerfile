# nginx web server, as it ran on third-parties (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="nginx web server as it ran on third-parties" \
    "org.opencontainers.image.title"="nginx web server" \
    "org.opencontainers.image.version"="1.26.0" \
    "planner.host"="third-parties" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="third-parties/nginx"

# Section repositories: packages that the base image's own repositories do not have.
# nginx came from http://mirror.example/debian bookworm-backports, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://mirror.example/debian' \
        'Suites: bookworm-backports' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' \
        >/etc/apt/sources.list.d/mirror-example-bookworm-backports.sources; \
    printf '%s\n' \
        'Package: nginx' \
        'Pin: release n=bookworm-backports' \
        'Pin-Priority: 500' \
        '' \
        'Package: *' \
        'Pin: release n=bookworm-backports' \
        'Pin-Priority: 100' \
        >/etc/apt/preferences.d/mirror-example-bookworm-backports; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   nginx 1.26.0-1~bpo12+1: the program
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'nginx=1.26.*' \
    && rm -rf /var/lib/apt/lists/*

# Made by installing the packages; the image must not keep it. Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/nginx/sites-enabled/default

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 0 -g 0 -m 0700 /var/lib/nginx/body; \
    install -d -o 0 -g 0 -m 0700 /var/lib/nginx/fastcgi; \
    install -d -o 0 -g 0 -m 0700 /var/lib/nginx/proxy; \
    install -d -o 0 -g 0 -m 0700 /var/lib/nginx/scgi; \
    install -d -o 0 -g 0 -m 0700 /var/lib/nginx/uwsgi; \
    install -D -o 0 -g 0 -m 0644 /dev/null /run/nginx.pid; \
    mkdir -p /var/log/nginx; ln -sf /dev/stdout /var/log/nginx/access.log; \
    mkdir -p /var/log/nginx; ln -sf /dev/stderr /var/log/nginx/error.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since nginx installed it
COPY --chown=0:0 ["rootfs/etc/nginx/", "/etc/nginx/"]

# Root: see the adaptations in CARRIED.md for the reason.
# hadolint ignore=DL3002
USER 0:0
# Section listeners.
EXPOSE 80/tcp
STOPSIGNAL SIGQUIT
# answers HTTP on port 80 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/80 && printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/sbin/nginx", "-g", "daemon off;"]
