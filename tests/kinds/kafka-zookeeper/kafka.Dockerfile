# Kafka broker (with ZooKeeper), as it ran on kafka-zookeeper (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Rocky Linux 8.9 (Green Obsidian))
ARG BASE="docker.io/rockylinux/rockylinux:8"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/rockylinux/rockylinux:8" \
    "org.opencontainers.image.description"="Kafka broker (with ZooKeeper) as it ran on kafka-zookeeper" \
    "org.opencontainers.image.title"="Kafka broker (with ZooKeeper)" \
    "org.opencontainers.image.version"="5.3.1" \
    "planner.host"="kafka-zookeeper" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="kafka-zookeeper/kafka"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group cp-kafka >/dev/null; then groupmod -o -g 990 cp-kafka; \
    else groupadd -o -r -g 990 cp-kafka; fi; \
    if getent passwd cp-kafka >/dev/null; then usermod -o -u 990 -g 990 cp-kafka; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/cp-kafka -s /usr/sbin/nologin cp-kafka; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   java-1.8.0-openjdk-headless 1:1.8.0.412.b08-2.el8: runs the program (from Rocky Enterprise Software Foundation)
# The pins are patterns, so that security fixes come in; hadolint takes only whole versions.
# hadolint ignore=DL3041
RUN dnf install -y \
        'java-1.8.0-openjdk-headless-1.8.*' \
    && dnf clean all

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 0755 /var/log/kafka; \
    mkdir -p /var/log/kafka; ln -sf /dev/stdout /var/log/kafka/server.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/kafka/", "/etc/kafka/"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/confluent", "/opt/confluent"]

# Section passwd: cp-kafka on the machine.
USER 990:990
# Section listeners.
EXPOSE 9092/tcp
STOPSIGNAL SIGTERM
# answers ApiVersions on port 9092
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s CMD ["bash", "-c", "export LC_ALL=C; exec 3<>/dev/tcp/127.0.0.1/9092 && printf '\\000\\000\\000\\014\\000\\022\\000\\000plan\\000\\002hc' >&3 && IFS= read -r -t 4 -n 6 got <&3; case $got in *plan*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/confluent/bin/kafka-server-start.sh", "/etc/kafka/server.properties", "--override", "listeners=PLAINTEXT://0.0.0.0:9092", "--override", "advertised.listeners=PLAINTEXT://10.20.0.15:9092"]
