# Apache web server, as it ran on own-images (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: the application's own image of Apache web server, series 2.4, variant trixie
ARG BASE="docker.io/library/httpd:2.4-trixie"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/httpd:2.4-trixie" \
    "org.opencontainers.image.description"="Apache web server as it ran on own-images" \
    "org.opencontainers.image.title"="Apache web server" \
    "org.opencontainers.image.version"="2.4.62" \
    "planner.host"="own-images" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="own-images/apache2"

# The image's own configuration: the machine's takes its place, none of it may stay between.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/apache2

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
#   the image's own configuration is another than the package's: all of it as here
COPY --chown=0:33 ["rootfs/etc/apache2", "/etc/apache2"]
#   its configuration takes it for granted, and the image has none
COPY --chown=0:0 ["rootfs/etc/mime.types", "/etc/mime.types"]

# Section paths: links that lead to what was copied.
# hadolint ignore=DL3059
RUN set -eu; \
    mkdir -p /usr/lib/apache2; ln -sfn /usr/local/apache2/modules /usr/lib/apache2/modules; \
    mkdir -p /usr/share; ln -sfn /usr/local/apache2 /usr/share/apache2; \
    true

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    APACHE_LOCK_DIR="/var/lock/apache2" \
    APACHE_LOG_DIR="/var/log/apache2" \
    APACHE_PID_FILE="/var/run/apache2/apache2.pid" \
    APACHE_RUN_DIR="/var/run/apache2" \
    APACHE_RUN_GROUP="www-data" \
    APACHE_RUN_USER="www-data" \
    LANG="C"

# www-data: CARRIED.md says whose numbers these are.
USER 33:33
# Section listeners.
EXPOSE 80/tcp
STOPSIGNAL SIGWINCH
# accepts connections on port 80
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/80"]
# Data and configuration come from the machine: the image's own start would make new ones.
ENTRYPOINT []
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/apache2/bin/httpd", "-d", "/etc/apache2", "-f", "/etc/apache2/apache2.conf", "-C", "LoadModule watchdog_module /usr/local/apache2/modules/mod_watchdog.so", "-C", "LoadModule log_config_module /usr/local/apache2/modules/mod_log_config.so", "-C", "LoadModule logio_module /usr/local/apache2/modules/mod_logio.so", "-C", "LoadModule version_module /usr/local/apache2/modules/mod_version.so", "-C", "LoadModule unixd_module /usr/local/apache2/modules/mod_unixd.so", "-DFOREGROUND"]
