# Go program tally.example/spawner, as it ran on languages (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Go program tally.example/spawner as it ran on languages" \
    "org.opencontainers.image.title"="Go program tally.example/spawner" \
    "org.opencontainers.image.version"="0.2.0" \
    "planner.host"="languages" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="languages/spawner"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group tally >/dev/null; then groupmod -o -g 987 tally; \
    else groupadd -o -r -g 987 tally; fi; \
    if getent passwd tally >/dev/null; then usermod -o -u 987 -g 987 tally; \
    else useradd -o -r -M -u 987 -g 987 -d /var/lib/tally -s /usr/sbin/nologin tally; fi; \
    true

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/bin/spawner", "/usr/local/bin/spawner"]

# Section passwd: tally on the machine.
USER 987:987
# Section listeners.
EXPOSE 7400/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 7400
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7400"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/bin/spawner", "-listen", ":7400"]
