# Go program tally.example/tally, as it ran on languages (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm)), its program is static: only accounts, certificates and busybox come from there
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE} AS ground

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group tally >/dev/null; then groupmod -o -g 987 tally; \
    else groupadd -o -r -g 987 tally; fi; \
    if getent passwd tally >/dev/null; then usermod -o -u 987 -g 987 tally; \
    else useradd -o -r -M -u 987 -g 987 -d /var/lib/tally -s /usr/sbin/nologin tally; fi; \
    true

# All that a static program takes of a distribution: names of users, certificates of authorities,
# the time zones where it needs one; busybox for the health check and for moving its data.
# hadolint ignore=DL3008,DL3059
RUN set -eu; \
    apt-get update; \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends busybox-static ca-certificates; \
    rm -rf /var/lib/apt/lists/*; \
    mkdir -p /ground/bin /ground/etc/ssl/certs; install -d -m 1777 /ground/tmp; \
    cp /etc/passwd /etc/group /ground/etc/; \
    cp /etc/ssl/certs/ca-certificates.crt /ground/etc/ssl/certs/; \
    cp /bin/busybox /ground/bin/busybox; \
    for name in $(/bin/busybox --list); do [ -e "/ground/bin/$name" ] || ln -s busybox "/ground/bin/$name"; done; \
    true

FROM scratch
LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Go program tally.example/tally as it ran on languages" \
    "org.opencontainers.image.title"="Go program tally.example/tally" \
    "org.opencontainers.image.version"="1.4.0" \
    "planner.host"="languages" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="languages/tally"

COPY --from=ground /ground/ /

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/bin/tally", "/usr/local/bin/tally"]

# Section passwd: tally on the machine.
USER 987:987
# Section listeners.
EXPOSE 7300/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 7300
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["nc", "-w", "3", "127.0.0.1", "7300", "-e", "true"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/bin/tally", "-listen", ":7300", "-data", "/srv/tally"]
