# Java application, as it ran on java-rocky (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Rocky Linux 9.4 (Blue Onyx))
ARG BASE="docker.io/rockylinux/rockylinux:9"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/rockylinux/rockylinux:9" \
    "org.opencontainers.image.description"="Java application as it ran on java-rocky" \
    "org.opencontainers.image.title"="Java application" \
    "org.opencontainers.image.version"="1.4.0" \
    "planner.host"="java-rocky" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="java-rocky/billing"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group billing >/dev/null; then groupmod -o -g 989 billing; \
    else groupadd -o -r -g 989 billing; fi; \
    if getent passwd billing >/dev/null; then usermod -o -u 989 -g 989 billing; \
    else useradd -o -r -M -u 989 -g 989 -d /var/lib/billing -s /usr/sbin/nologin billing; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   java-17-openjdk-headless 1:17.0.13.0.11-3.el9: runs the program (from Rocky Enterprise Software Foundation)
# The pins are patterns, so that security fixes come in; hadolint takes only whole versions.
# hadolint ignore=DL3041
RUN dnf install -y \
        'java-17-openjdk-headless-17.0.*' \
    && dnf clean all

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/opt/billing", "/opt/billing"]

# Section passwd: billing on the machine.
USER 989:989
# Section listeners.
EXPOSE 8081/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 8081
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8081"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/java", "-Xmx512m", "-jar", "/opt/billing/billing-1.4.0.jar"]
