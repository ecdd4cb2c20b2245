# Apache Tomcat with /srv/intranet, as it ran on java (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Apache Tomcat with /srv/intranet as it ran on java" \
    "org.opencontainers.image.title"="Apache Tomcat with /srv/intranet" \
    "org.opencontainers.image.version"="9.0.85" \
    "planner.host"="java" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="java/tomcat-intranet"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group tomcat >/dev/null; then groupmod -o -g 53 tomcat; \
    else groupadd -o -r -g 53 tomcat; fi; \
    if getent passwd tomcat >/dev/null; then usermod -o -u 53 -g 53 tomcat; \
    else useradd -o -r -M -u 53 -g 53 -d /var/lib/tomcat -s /usr/sbin/nologin tomcat; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   openjdk-17-jre-headless 17.0.9+9-1~deb12u1: runs the program (from Debian)
RUN mkdir -p /usr/share/man/man1 \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'openjdk-17-jre-headless=17.0.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 53 -g 53 -m 1777 /srv/intranet/temp; \
    true

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/apache-tomcat-9.0.85", "/opt/apache-tomcat-9.0.85"]
#   the program and its files, which no package owns
COPY --chown=53:53 ["rootfs/srv/intranet", "/srv/intranet"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    CATALINA_BASE="/srv/intranet" \
    CATALINA_HOME="/opt/apache-tomcat-9.0.85" \
    CATALINA_OPTS="-Xmx512m"

# Section passwd: tomcat on the machine.
USER 53:53
# Section listeners.
EXPOSE 8105/tcp 8180/tcp 8443/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 8180 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8180 && printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/apache-tomcat-9.0.85/bin/catalina.sh", "run"]
