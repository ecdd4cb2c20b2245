# Rust program, as it ran on languages (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Rust program as it ran on languages" \
    "org.opencontainers.image.title"="Rust program" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="languages" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="languages/meter"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group meter >/dev/null; then groupmod -o -g 986 meter; \
    else groupadd -o -r -g 986 meter; fi; \
    if getent passwd meter >/dev/null; then usermod -o -u 986 -g 986 meter; \
    else useradd -o -r -M -u 986 -g 986 -d /var/lib/meter -s /usr/sbin/nologin meter; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   libpq5 15.5-0+deb12u1: a library that the program has loaded, which no dependency brings (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'libpq5=15.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/meter", "/opt/meter"]

# Section passwd: meter on the machine.
USER 986:986
# Section listeners.
EXPOSE 7500/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 7500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7500"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/meter/meter"]
