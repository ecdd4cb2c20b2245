# Postfix mail server, as it ran on mail (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Rocky Linux 9.4 (Blue Onyx))
ARG BASE="docker.io/rockylinux/rockylinux:9"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/rockylinux/rockylinux:9" \
    "org.opencontainers.image.description"="Postfix mail server as it ran on mail" \
    "org.opencontainers.image.title"="Postfix mail server" \
    "org.opencontainers.image.version"="3.5.25" \
    "planner.host"="mail" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="mail/postfix"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group postfix >/dev/null; then groupmod -o -g 89 postfix; \
    else groupadd -o -r -g 89 postfix; fi; \
    if getent passwd postfix >/dev/null; then usermod -o -u 89 -g 89 postfix; \
    else useradd -o -r -M -u 89 -g 89 -d /var/lib/postfix -s /usr/sbin/nologin postfix; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   postfix 2:3.5.25-1.el9: the program (from Rocky Enterprise Software Foundation)
# The pins are patterns, so that security fixes come in; hadolint takes only whole versions.
# hadolint ignore=DL3041
RUN dnf install -y \
        'postfix-3.5.*' \
    && dnf clean all

# Section config-files: configuration that is not as the packages ship it.
#   certificate that the configuration names
COPY --chown=0:0 ["rootfs/etc/pki/", "/etc/pki/"]
#   changed since postfix installed it
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/postfix/", "/etc/postfix/"]

# Root: see the adaptations in CARRIED.md for the reason.
# hadolint ignore=DL3002
USER 0:0
# Section listeners.
EXPOSE 25/tcp 587/tcp
STOPSIGNAL SIGTERM
# greets on port 25 with 220
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "export LC_ALL=C; exec 3<>/dev/tcp/127.0.0.1/25 && IFS= read -r -t 4 -n 3 got <&3; case $got in 220*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/bin/sh", "-c", "postconf -F '*/*/chroot = n' && postconf -M 'postlog/unix-dgram=postlog unix-dgram n - n - 1 postlogd' && postconf -e maillog_file=/dev/stdout && exec /usr/sbin/postfix start-fg"]
