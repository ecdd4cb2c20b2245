# Apache web server with PHP, as it ran on apache (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Apache web server with PHP as it ran on apache" \
    "org.opencontainers.image.title"="Apache web server with PHP" \
    "org.opencontainers.image.version"="2.4.57" \
    "planner.host"="apache" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="apache/apache2"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group www-data >/dev/null; then groupmod -o -g 33 www-data; \
    else groupadd -o -r -g 33 www-data; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   apache2 2.4.57-2: the program (from Debian)
#   libapache2-mod-php8.2 8.2.7-1: a module that its configuration loads (from Debian)
#   libapache2-mod-wsgi-py3 4.9.4-1: a module that its configuration loads (from Debian)
#   php8.2-mysql 8.2.7-1: an extension that its PHP has loaded (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'apache2=2.4.*' \
        'libapache2-mod-php8.2=8.2.*' \
        'libapache2-mod-wsgi-py3=4.9.*' \
        'php8.2-mysql=8.2.*' \
    && rm -rf /var/lib/apt/lists/*

# Made by installing the packages; the image must not keep it. Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/apache2/mods-enabled/autoindex.load \
    /etc/apache2/mods-enabled/mpm_event.load \
    /etc/apache2/mods-enabled/status.load \
    /etc/apache2/mods-enabled/autoindex.conf \
    /etc/apache2/mods-enabled/mpm_event.conf \
    /etc/apache2/mods-enabled/status.conf \
    /etc/apache2/conf-enabled/localized-error-pages.conf \
    /etc/apache2/conf-enabled/serve-cgi-bin.conf \
    /etc/apache2/sites-enabled/000-default.conf

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 0 -g 33 -m 0710 /etc/ssl/private; \
    install -d -o 33 -g 33 -m 0755 /run/apache2; \
    install -d -o 33 -g 33 -m 0755 /run/lock/apache2; \
    install -d -o 33 -g 33 -m 1777 /var/cache/blog; \
    install -d -o 33 -g 33 -m 0755 /var/log/apache2; \
    mkdir -p /var/log/apache2; ln -sf /dev/stdout /var/log/apache2/blog.log; \
    mkdir -p /var/log/apache2; ln -sf /dev/stderr /var/log/apache2/error.log; \
    mkdir -p /var/log/apache2; ln -sf /dev/stderr /var/log/apache2/php.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
#   changed since apache2 installed it
COPY --chown=0:0 ["rootfs/etc/apache2/", "/etc/apache2/"]
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/php/", "/etc/php/"]
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]

# Sections processes, units: the application's own files.
#   /srv/api/venv (1 libraries): copied as pip installed them on the machine: no registry of the language is needed so; images.dependencies: built
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/srv/api", "/srv/api"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    APACHE_LOCK_DIR="/var/lock/apache2" \
    APACHE_LOG_DIR="/var/log/apache2" \
    APACHE_PID_FILE="/var/run/apache2/apache2.pid" \
    APACHE_RUN_DIR="/var/run/apache2" \
    APACHE_RUN_GROUP="www-data" \
    APACHE_RUN_USER="www-data" \
    LANG="C.UTF-8" \
    SHOP_REGION="south"

# Section passwd: www-data on the machine.
USER 33:33
# Section listeners.
EXPOSE 80/tcp 443/tcp 8081/tcp
STOPSIGNAL SIGWINCH
# answers HTTP on port 80 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/80 && printf 'OPTIONS * HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/sbin/apache2", "-DFOREGROUND"]
