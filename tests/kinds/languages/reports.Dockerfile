# .NET application Reports, as it ran on languages (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"=".NET application Reports as it ran on languages" \
    "org.opencontainers.image.title"=".NET application Reports" \
    "org.opencontainers.image.version"="1.1.0" \
    "planner.host"="languages" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="languages/reports"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group reports >/dev/null; then groupmod -o -g 988 reports; \
    else groupadd -o -r -g 988 reports; fi; \
    if getent passwd reports >/dev/null; then usermod -o -u 988 -g 988 reports; \
    else useradd -o -r -M -u 988 -g 988 -d /var/lib/reports -s /usr/sbin/nologin reports; fi; \
    true

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=988:988 ["rootfs/opt/reports", "/opt/reports"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    ASPNETCORE_URLS="http://0.0.0.0:5090"

# Section passwd: reports on the machine.
USER 988:988
WORKDIR "/opt/reports"
# Section listeners.
EXPOSE 5090/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 5090 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5090 && printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/reports/Reports.Worker"]
