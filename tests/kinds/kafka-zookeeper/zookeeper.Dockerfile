# zookeeper, as it ran on kafka-zookeeper (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Rocky Linux 8.9 (Green Obsidian))
ARG BASE="docker.io/rockylinux/rockylinux:8"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/rockylinux/rockylinux:8" \
    "org.opencontainers.image.description"="zookeeper as it ran on kafka-zookeeper" \
    "org.opencontainers.image.title"="zookeeper" \
    "org.opencontainers.image.version"="3.4.14" \
    "planner.host"="kafka-zookeeper" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="kafka-zookeeper/zookeeper"

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

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/kafka/", "/etc/kafka/"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/confluent", "/opt/confluent"]

# Section passwd: cp-kafka on the machine.
USER 990:990
# Section listeners.
EXPOSE 2181/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 2181
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/2181"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/confluent/bin/zookeeper-server-start", "/etc/kafka/zookeeper.properties"]
