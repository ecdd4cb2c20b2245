# WildFly with /srv/wf/orders, as it ran on java (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="WildFly with /srv/wf/orders as it ran on java" \
    "org.opencontainers.image.title"="WildFly with /srv/wf/orders" \
    "org.opencontainers.image.version"="26.1.3" \
    "planner.host"="java" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="java/wildfly"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group wildfly >/dev/null; then groupmod -o -g 990 wildfly; \
    else groupadd -o -r -g 990 wildfly; fi; \
    if getent passwd wildfly >/dev/null; then usermod -o -u 990 -g 990 wildfly; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/wildfly -s /usr/sbin/nologin wildfly; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   openjdk-17-jre-headless 17.0.9+9-1~deb12u1: runs the program (from Debian)
RUN mkdir -p /usr/share/man/man1 \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'openjdk-17-jre-headless=17.0.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/wildfly-26.1.3.Final", "/opt/wildfly-26.1.3.Final"]
#   the program and its files, which no package owns
COPY --chown=990:990 ["rootfs/srv/wf/orders", "/srv/wf/orders"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    LAUNCH_JBOSS_IN_BACKGROUND="1"

# Section passwd: wildfly on the machine.
USER 990:990
# Section listeners.
EXPOSE 8280/tcp 10190/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 8280 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8280 && printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/wildfly-26.1.3.Final/bin/standalone.sh", "-c", "standalone-full.xml", "-b", "0.0.0.0", "-Djboss.server.base.dir=/srv/wf/orders"]
