# Mosquitto MQTT broker, as it ran on mosquitto (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 11 (bullseye))
ARG BASE="docker.io/library/debian:bullseye-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bullseye-slim" \
    "org.opencontainers.image.description"="Mosquitto MQTT broker as it ran on mosquitto" \
    "org.opencontainers.image.title"="Mosquitto MQTT broker" \
    "org.opencontainers.image.version"="2.0.11" \
    "planner.host"="mosquitto" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="mosquitto/mosquitto"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group mosquitto >/dev/null; then groupmod -o -g 990 mosquitto; \
    else groupadd -o -r -g 990 mosquitto; fi; \
    if getent passwd mosquitto >/dev/null; then usermod -o -u 990 -g 990 mosquitto; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/mosquitto -s /usr/sbin/nologin mosquitto; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   mosquitto 2.0.11-1: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'mosquitto=2.0.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 0 -g 990 -m 0710 /etc/ssl/private; \
    install -d -o 990 -g 990 -m 0755 /run/mosquitto; \
    install -d -o 990 -g 990 -m 1777 /run/mosquitto-container; \
    install -d -o 990 -g 990 -m 0750 /var/log/mosquitto; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
#   changed since mosquitto installed it
COPY --chown=0:0 ["rootfs/etc/mosquitto/", "/etc/mosquitto/"]
#   certificate that the configuration names
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]

# Section passwd: mosquitto on the machine.
USER 990:990
# Section listeners.
EXPOSE 1885/tcp 8883/tcp 9001/tcp
STOPSIGNAL SIGTERM
# answers CONNECT on port 1885
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "export LC_ALL=C; exec 3<>/dev/tcp/127.0.0.1/1885 && printf '\\020\\016\\000\\004MQTT\\004\\002\\000\\012\\000\\002hc' >&3 && IFS= read -r -t 4 -n 1 got <&3; case $got in \" \"*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/bin/sh", "-c", "rm -rf /run/mosquitto-container/etc && cp -RL /etc/mosquitto /run/mosquitto-container/etc && sed -i -E -e 's!^[[:space:]]*log_dest[[:space:]]+(file|syslog|dlt).*!log_dest stdout!' -e 's!^([[:space:]]*include_dir[[:space:]]+)/etc/mosquitto!\\1/run/mosquitto-container/etc!' /run/mosquitto-container/etc/mosquitto.conf /run/mosquitto-container/etc/conf.d/bridge.conf /run/mosquitto-container/etc/conf.d/plant.conf && exec /usr/sbin/mosquitto -c /run/mosquitto-container/etc/mosquitto.conf"]
