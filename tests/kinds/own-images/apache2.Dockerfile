# Apache web server, as it ran on own-images (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Apache web server as it ran on own-images" \
    "org.opencontainers.image.title"="Apache web server" \
    "org.opencontainers.image.version"="2.4.62" \
    "planner.host"="own-images" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="own-images/apache2"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group www-data >/dev/null; then groupmod -o -g 33 www-data; \
    else groupadd -o -r -g 33 www-data; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   apache2 2.4.62-1~deb12u2: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'apache2=2.4.*' \
    && rm -rf /var/lib/apt/lists/*

# Made by installing the packages; the image must not keep it. Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/apache2/mods-enabled/access_compat.load \
    /etc/apache2/mods-enabled/alias.load \
    /etc/apache2/mods-enabled/auth_basic.load \
    /etc/apache2/mods-enabled/authn_core.load \
    /etc/apache2/mods-enabled/authn_file.load \
    /etc/apache2/mods-enabled/authz_core.load \
    /etc/apache2/mods-enabled/authz_host.load \
    /etc/apache2/mods-enabled/authz_user.load \
    /etc/apache2/mods-enabled/autoindex.load \
    /etc/apache2/mods-enabled/deflate.load \
    /etc/apache2/mods-enabled/env.load \
    /etc/apache2/mods-enabled/filter.load \
    /etc/apache2/mods-enabled/mime.load \
    /etc/apache2/mods-enabled/mpm_event.load \
    /etc/apache2/mods-enabled/negotiation.load \
    /etc/apache2/mods-enabled/reqtimeout.load \
    /etc/apache2/mods-enabled/setenvif.load \
    /etc/apache2/mods-enabled/status.load \
    /etc/apache2/mods-enabled/alias.conf \
    /etc/apache2/mods-enabled/autoindex.conf \
    /etc/apache2/mods-enabled/deflate.conf \
    /etc/apache2/mods-enabled/dir.conf \
    /etc/apache2/mods-enabled/mime.conf \
    /etc/apache2/mods-enabled/mpm_event.conf \
    /etc/apache2/mods-enabled/negotiation.conf \
    /etc/apache2/mods-enabled/reqtimeout.conf \
    /etc/apache2/mods-enabled/setenvif.conf \
    /etc/apache2/mods-enabled/status.conf \
    /etc/apache2/conf-enabled/charset.conf \
    /etc/apache2/conf-enabled/localized-error-pages.conf \
    /etc/apache2/conf-enabled/other-vhosts-access-log.conf \
    /etc/apache2/conf-enabled/security.conf \
    /etc/apache2/conf-enabled/serve-cgi-bin.conf \
    /etc/apache2/sites-enabled/000-default.conf

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 33 -g 33 -m 0755 /run/apache2; \
    install -d -o 33 -g 33 -m 0755 /run/lock/apache2; \
    install -d -o 33 -g 33 -m 0755 /var/log/apache2; \
    mkdir -p /var/log/apache2; ln -sf /dev/stderr /var/log/apache2/error.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since apache2 installed it
COPY --chown=0:0 ["rootfs/etc/apache2/", "/etc/apache2/"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    APACHE_LOCK_DIR="/var/lock/apache2" \
    APACHE_LOG_DIR="/var/log/apache2" \
    APACHE_PID_FILE="/var/run/apache2/apache2.pid" \
    APACHE_RUN_DIR="/var/run/apache2" \
    APACHE_RUN_GROUP="www-data" \
    APACHE_RUN_USER="www-data" \
    LANG="C"

# Section passwd: www-data on the machine.
USER 33:33
# Section listeners.
EXPOSE 80/tcp
STOPSIGNAL SIGWINCH
# accepts connections on port 80
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/80"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/sbin/apache2", "-DFOREGROUND"]
