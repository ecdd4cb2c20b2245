# Memcached, as it ran on own-images (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: the application's own image of Memcached, series 1.6, variant trixie
ARG BASE="docker.io/library/memcached:1.6-trixie"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}
# It starts as memcache; what is prepared here is root's to prepare.
USER 0:0

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/memcached:1.6-trixie" \
    "org.opencontainers.image.description"="Memcached as it ran on own-images" \
    "org.opencontainers.image.title"="Memcached" \
    "org.opencontainers.image.version"="1.6.18" \
    "planner.host"="own-images" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="own-images/memcached"

# memcache: CARRIED.md says whose numbers these are.
USER 11211:11211
# Section listeners.
EXPOSE 11211/tcp
STOPSIGNAL SIGTERM
# answers version on port 11211
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/11211 && printf 'version\\r\\nquit\\r\\n' >&3 && read -r -t 4 line <&3 && case $line in VERSION*) exit 0;; esac; exit 1"]
# Data and configuration come from the machine: the image's own start would make new ones.
ENTRYPOINT []
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/bin/memcached", "-m", "256", "-p", "11211", "-l", "0.0.0.0"]
