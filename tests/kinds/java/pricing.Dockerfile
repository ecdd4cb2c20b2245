# Java application, as it ran on java (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Java application as it ran on java" \
    "org.opencontainers.image.title"="Java application" \
    "org.opencontainers.image.version"="2.7.5" \
    "planner.host"="java" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="java/pricing"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group pricing >/dev/null; then groupmod -o -g 989 pricing; \
    else groupadd -o -r -g 989 pricing; fi; \
    if getent passwd pricing >/dev/null; then usermod -o -u 989 -g 989 pricing; \
    else useradd -o -r -M -u 989 -g 989 -d /var/lib/pricing -s /usr/sbin/nologin pricing; fi; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/pricing/", "/etc/pricing/"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/agents", "/opt/agents"]
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/jdk-21.0.2", "/opt/jdk-21.0.2"]
#   the program and its files, which no package owns
COPY --chown=989:989 ["rootfs/opt/pricing", "/opt/pricing"]

# Section passwd: pricing on the machine.
USER 989:989
WORKDIR "/opt/pricing"
# Section listeners.
EXPOSE 8380/tcp 9404/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 8380 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8380 && printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/jdk-21.0.2/bin/java", "-Xmx256m", "-Xlog:gc*:file=/var/log/pricing/gc.log", "-javaagent:/opt/agents/metrics.jar=9404", "-jar", "pricing-2.7.5.jar", "--server.port=8380", "--spring.config.location=/etc/pricing/application.yml"]
