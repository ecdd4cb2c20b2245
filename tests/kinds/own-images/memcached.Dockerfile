# Memcached, as it ran on own-images (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Memcached as it ran on own-images" \
    "org.opencontainers.image.title"="Memcached" \
    "org.opencontainers.image.version"="1.6.18" \
    "planner.host"="own-images" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="own-images/memcached"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group memcache >/dev/null; then groupmod -o -g 987 memcache; \
    else groupadd -o -r -g 987 memcache; fi; \
    if getent passwd memcache >/dev/null; then usermod -o -u 989 -g 987 memcache; \
    else useradd -o -r -M -u 989 -g 987 -d /var/lib/memcache -s /usr/sbin/nologin memcache; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   memcached 1.6.18-1: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'memcached=1.6.*' \
    && rm -rf /var/lib/apt/lists/*

# Section passwd: memcache on the machine.
USER 989:987
# Section listeners.
EXPOSE 11211/tcp
STOPSIGNAL SIGTERM
# answers version on port 11211
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/11211 && printf 'version\\r\\nquit\\r\\n' >&3 && read -r -t 4 line <&3 && case $line in VERSION*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/memcached", "-m", "256", "-p", "11211", "-l", "0.0.0.0"]
