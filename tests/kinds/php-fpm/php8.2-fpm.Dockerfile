# PHP-FPM 8.2, as it ran on php-fpm (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="PHP-FPM 8.2 as it ran on php-fpm" \
    "org.opencontainers.image.title"="PHP-FPM 8.2" \
    "org.opencontainers.image.version"="8.2.7" \
    "planner.host"="php-fpm" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="php-fpm/php8.2-fpm"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group wiki >/dev/null; then groupmod -o -g 990 wiki; \
    else groupadd -o -r -g 990 wiki; fi; \
    if getent passwd wiki >/dev/null; then usermod -o -u 990 -g 990 wiki; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/wiki -s /usr/sbin/nologin wiki; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   php8.2-fpm 8.2.7-1: the program (from Debian)
#   php8.2-mysql 8.2.7-1: an extension that its PHP has loaded (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'php8.2-fpm=8.2.*' \
        'php8.2-mysql=8.2.*' \
    && rm -rf /var/lib/apt/lists/*

# Made by installing the packages; the image must not keep it. Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/php/8.2/fpm/pool.d/www.conf

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 0755 /run/php; \
    install -d -o 990 -g 990 -m 1777 /var/cache/wiki-uploads; \
    install -d -o 990 -g 990 -m 0755 /var/log/wiki; \
    mkdir -p /var/log; ln -sf /dev/stderr /var/log/php8.2-fpm.log; \
    mkdir -p /var/log/wiki; ln -sf /dev/stderr /var/log/wiki/slow.log; \
    mkdir -p /var/log/wiki; ln -sf /dev/stdout /var/log/wiki/wiki.access.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/php/", "/etc/php/"]

# Section passwd: wiki on the machine.
USER 990:990
STOPSIGNAL SIGQUIT
# listens on the socket /run/php/wiki.sock
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["/bin/sh", "-c", "grep -q ' 00010000 0001 01 .* /run/php/wiki.sock$' /proc/net/unix"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/bin/sh", "-c", "rm -rf /tmp/fpm && cp -R /etc/php/8.2/fpm /tmp/fpm && sed -i -E -e 's/^[[:space:]]*listen[.](owner|group|mode|acl)/;&/' -e 's/^\\[.*\\]/&\\nlisten.mode = 0666/' /tmp/fpm/pool.d/*.conf && sed -i 's#/etc/php/8.2/fpm/pool.d#/tmp/fpm/pool.d#' /tmp/fpm/php-fpm.conf && exec /usr/sbin/php-fpm8.2 --nodaemonize --force-stderr --fpm-config /tmp/fpm/php-fpm.conf"]
