# BIND name server, as it ran on bind (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Rocky Linux 9.4 (Blue Onyx))
ARG BASE="docker.io/rockylinux/rockylinux:9"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/rockylinux/rockylinux:9" \
    "org.opencontainers.image.description"="BIND name server as it ran on bind" \
    "org.opencontainers.image.title"="BIND name server" \
    "org.opencontainers.image.version"="9.16.23" \
    "planner.host"="bind" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="bind/named"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group named >/dev/null; then groupmod -o -g 25 named; \
    else groupadd -o -r -g 25 named; fi; \
    if getent passwd named >/dev/null; then usermod -o -u 25 -g 25 named; \
    else useradd -o -r -M -u 25 -g 25 -d /var/lib/named -s /usr/sbin/nologin named; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   bind 32:9.16.23-24.el9_5: the program (from Rocky Enterprise Software Foundation)
# The pins are patterns, so that security fixes come in; hadolint takes only whole versions.
# hadolint ignore=DL3041
RUN dnf install -y \
        'bind-9.16.*' \
    && dnf clean all

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 25 -g 25 -m 0755 /run/named; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since bind installed it
COPY --chown=0:0 ["rootfs/etc/named.conf", "/etc/named.conf"]

# Section passwd: named on the machine.
USER 25:25
# Section listeners.
EXPOSE 53/tcp 53/udp 953/tcp
STOPSIGNAL SIGTERM
# answers a question on port 53
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "export LC_ALL=C; exec 3<>/dev/tcp/127.0.0.1/53 && printf '\\000\\0210\\062\\000\\000\\000\\001\\000\\000\\000\\000\\000\\000\\000\\000\\002\\000\\001' >&3 && IFS= read -r -t 4 -n 4 got <&3; case $got in *02*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/sbin/named", "-g", "-c", "/etc/named.conf"]
