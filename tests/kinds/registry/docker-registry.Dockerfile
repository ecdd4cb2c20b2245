# Registry of container images, as it ran on registry (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Registry of container images as it ran on registry" \
    "org.opencontainers.image.title"="Registry of container images" \
    "org.opencontainers.image.version"="2.8.2" \
    "planner.host"="registry" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="registry/docker-registry"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group docker-registry >/dev/null; then groupmod -o -g 990 docker-registry; \
    else groupadd -o -r -g 990 docker-registry; fi; \
    if getent passwd docker-registry >/dev/null; then usermod -o -u 990 -g 990 docker-registry; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/docker-registry -s /usr/sbin/nologin docker-registry; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   docker-registry 2.8.2+ds1-1+b1: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'docker-registry=2.8.*' \
    && rm -rf /var/lib/apt/lists/*

# Section config-files: configuration that is not as the packages ship it.
#   changed since docker-registry installed it
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]

# Section passwd: docker-registry on the machine.
USER 990:990
# Section listeners.
EXPOSE 5443/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 5443
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5443"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/docker-registry", "serve", "/etc/docker/registry/config.yml"]
