# NATS message server, as it ran on nats (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Rocky Linux 9.4 (Blue Onyx))
ARG BASE="docker.io/rockylinux/rockylinux:9"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/rockylinux/rockylinux:9" \
    "org.opencontainers.image.description"="NATS message server as it ran on nats" \
    "org.opencontainers.image.title"="NATS message server" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="nats" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="nats/nats"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group nats >/dev/null; then groupmod -o -g 990 nats; \
    else groupadd -o -r -g 990 nats; fi; \
    if getent passwd nats >/dev/null; then usermod -o -u 990 -g 990 nats; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/nats -s /usr/sbin/nologin nats; fi; \
    true

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 0755 /run/nats; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
#   certificate that the configuration names
COPY --chown=0:0 ["rootfs/etc/nats/", "/etc/nats/"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/bin/nats-server", "/usr/local/bin/nats-server"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    RUNTIME_DIRECTORY="/run/nats"

# Section passwd: nats on the machine.
USER 990:990
# Section listeners.
EXPOSE 4300/tcp 8222/tcp
STOPSIGNAL SIGINT
# greets on port 4300 with INFO
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "export LC_ALL=C; exec 3<>/dev/tcp/127.0.0.1/4300 && IFS= read -r -t 4 -n 5 got <&3; case $got in INFO*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/bin/nats-server", "-c", "/etc/nats/nats.conf", "-l", "/dev/stderr"]
