# Dovecot mail store (IMAP and POP3), as it ran on mail (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Rocky Linux 9.4 (Blue Onyx))
ARG BASE="docker.io/rockylinux/rockylinux:9"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/rockylinux/rockylinux:9" \
    "org.opencontainers.image.description"="Dovecot mail store (IMAP and POP3) as it ran on mail" \
    "org.opencontainers.image.title"="Dovecot mail store (IMAP and POP3)" \
    "org.opencontainers.image.version"="2.3.16" \
    "planner.host"="mail" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="mail/dovecot"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group postfix >/dev/null; then groupmod -o -g 89 postfix; \
    else groupadd -o -r -g 89 postfix; fi; \
    if getent group dovecot >/dev/null; then groupmod -o -g 97 dovecot; \
    else groupadd -o -r -g 97 dovecot; fi; \
    if getent group vmail >/dev/null; then groupmod -o -g 5000 vmail; \
    else groupadd -o -r -g 5000 vmail; fi; \
    if getent passwd postfix >/dev/null; then usermod -o -u 89 -g 89 postfix; \
    else useradd -o -r -M -u 89 -g 89 -d /var/lib/postfix -s /usr/sbin/nologin postfix; fi; \
    if getent passwd dovecot >/dev/null; then usermod -o -u 97 -g 97 dovecot; \
    else useradd -o -r -M -u 97 -g 97 -d /var/lib/dovecot -s /usr/sbin/nologin dovecot; fi; \
    if getent passwd vmail >/dev/null; then usermod -o -u 5000 -g 5000 vmail; \
    else useradd -o -r -M -u 5000 -g 5000 -d /data/mail -s /usr/sbin/nologin vmail; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   dovecot 1:2.3.16-14.el9: the program (from Rocky Enterprise Software Foundation)
# The pins are patterns, so that security fixes come in; hadolint takes only whole versions.
# hadolint ignore=DL3041
RUN dnf install -y \
        'dovecot-2.3.*' \
    && dnf clean all

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 0 -g 0 -m 0755 /run/dovecot; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   changed since dovecot installed it
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/dovecot/", "/etc/dovecot/"]
#   certificate that the configuration names
COPY --chown=0:0 ["rootfs/etc/pki/", "/etc/pki/"]

# Root: see the adaptations in CARRIED.md for the reason.
# hadolint ignore=DL3002
USER 0:0
# Section listeners.
EXPOSE 143/tcp 993/tcp
STOPSIGNAL SIGTERM
# greets on port 143 (imap)
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "export LC_ALL=C; exec 3<>/dev/tcp/127.0.0.1/143 && IFS= read -r -t 4 -n 4 got <&3; case $got in '* OK'*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/bin/sh", "-c", "printf '%s\\n' '!include /etc/dovecot/dovecot.conf' 'log_path = /dev/stderr' 'info_log_path =' 'debug_log_path =' >/run/dovecot/container.conf && exec /usr/sbin/dovecot -F -c /run/dovecot/container.conf"]
