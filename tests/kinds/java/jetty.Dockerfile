# Jetty with /srv/gate, as it ran on java (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Jetty with /srv/gate as it ran on java" \
    "org.opencontainers.image.title"="Jetty with /srv/gate" \
    "org.opencontainers.image.version"="11.0.20" \
    "planner.host"="java" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="java/jetty"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group jetty >/dev/null; then groupmod -o -g 988 jetty; \
    else groupadd -o -r -g 988 jetty; fi; \
    if getent passwd jetty >/dev/null; then usermod -o -u 988 -g 988 jetty; \
    else useradd -o -r -M -u 988 -g 988 -d /var/lib/jetty -s /usr/sbin/nologin jetty; fi; \
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
    install -d -o 988 -g 988 -m 1777 /srv/gate/tmp; \
    true

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/jetty-11.0.20", "/opt/jetty-11.0.20"]
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/srv/gate", "/srv/gate"]

# Section passwd: jetty on the machine.
USER 988:988
# Section listeners.
EXPOSE 8480/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 8480
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8480"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/lib/jvm/java-17-openjdk-amd64/bin/java", "-Xmx300m", "-Djava.io.tmpdir=/srv/gate/tmp", "-jar", "/opt/jetty-11.0.20/start.jar", "jetty.home=/opt/jetty-11.0.20", "jetty.base=/srv/gate"]
