# Mosquitto MQTT broker, as it ran on mosquitto (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: the application's own image of Mosquitto MQTT broker, series 2.0, variant openssl
ARG BASE="docker.io/library/eclipse-mosquitto:2.0-openssl"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/eclipse-mosquitto:2.0-openssl" \
    "org.opencontainers.image.description"="Mosquitto MQTT broker as it ran on mosquitto" \
    "org.opencontainers.image.title"="Mosquitto MQTT broker" \
    "org.opencontainers.image.version"="2.0.11" \
    "planner.host"="mosquitto" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="mosquitto/mosquitto"

# The image's own configuration: the machine's takes its place, none of it may stay between.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/mosquitto

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 0 -g 1883 -m 0710 /etc/ssl/private; \
    install -d -o 1883 -g 1883 -m 0755 /run/mosquitto; \
    install -d -o 1883 -g 1883 -m 1777 /run/mosquitto-container; \
    install -d -o 1883 -g 1883 -m 0750 /var/log/mosquitto; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   the image's own configuration is another than the package's: all of it as here
COPY --chown=0:1883 ["rootfs/etc/mosquitto", "/etc/mosquitto"]
#   certificate that the configuration names
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]

# mosquitto: CARRIED.md says whose numbers these are.
USER 1883:1883
# Section listeners.
EXPOSE 1885/tcp 8883/tcp 9001/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 1885
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["nc", "-z", "127.0.0.1", "1885"]
# Data and configuration come from the machine: the image's own start would make new ones.
ENTRYPOINT []
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/bin/sh", "-c", "rm -rf /run/mosquitto-container/etc && cp -RL /etc/mosquitto /run/mosquitto-container/etc && sed -i -E -e 's!^[[:space:]]*log_dest[[:space:]]+(file|syslog|dlt).*!log_dest stdout!' -e 's!^([[:space:]]*include_dir[[:space:]]+)/etc/mosquitto!\\1/run/mosquitto-container/etc!' /run/mosquitto-container/etc/mosquitto.conf /run/mosquitto-container/etc/conf.d/bridge.conf /run/mosquitto-container/etc/conf.d/plant.conf && exec /usr/sbin/mosquitto -c /run/mosquitto-container/etc/mosquitto.conf"]
