# Kafka broker (KRaft), as it ran on kafka (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Kafka broker (KRaft) as it ran on kafka" \
    "org.opencontainers.image.title"="Kafka broker (KRaft)" \
    "org.opencontainers.image.version"="3.7.1" \
    "planner.host"="kafka" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="kafka/kafka"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group kafka >/dev/null; then groupmod -o -g 990 kafka; \
    else groupadd -o -r -g 990 kafka; fi; \
    if getent passwd kafka >/dev/null; then usermod -o -u 990 -g 990 kafka; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/kafka -s /usr/sbin/nologin kafka; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   openjdk-17-jre-headless 17.0.12+7-2~deb12u1: runs the program (from Debian)
RUN mkdir -p /usr/share/man/man1 \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'openjdk-17-jre-headless=17.0.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/kafka", "/opt/kafka"]

# Section passwd: kafka on the machine.
USER 990:990
# Section listeners.
EXPOSE 9093/tcp 9094/tcp 9095/tcp
STOPSIGNAL SIGTERM
# answers ApiVersions on port 9094
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s CMD ["bash", "-c", "export LC_ALL=C; exec 3<>/dev/tcp/127.0.0.1/9094 && printf '\\000\\000\\000\\014\\000\\022\\000\\000plan\\000\\002hc' >&3 && IFS= read -r -t 4 -n 6 got <&3; case $got in *plan*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/kafka/bin/kafka-server-start.sh", "/opt/kafka/config/kraft/server.properties"]
