# OpenLDAP directory server, as it ran on openldap (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="OpenLDAP directory server as it ran on openldap" \
    "org.opencontainers.image.title"="OpenLDAP directory server" \
    "org.opencontainers.image.version"="2.5.13" \
    "planner.host"="openldap" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="openldap/slapd"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group openldap >/dev/null; then groupmod -o -g 990 openldap; \
    else groupadd -o -r -g 990 openldap; fi; \
    if getent passwd openldap >/dev/null; then usermod -o -u 990 -g 990 openldap; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/openldap -s /usr/sbin/nologin openldap; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   slapd 2.5.13+dfsg-5: the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'slapd=2.5.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 0 -g 990 -m 0710 /etc/ssl/private; \
    install -d -o 990 -g 990 -m 0755 /run/slapd; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/ldap/", "/etc/ldap/"]
#   certificate that the configuration names
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]

# Section passwd: openldap on the machine.
USER 990:990
# Section listeners.
EXPOSE 389/tcp 636/tcp
STOPSIGNAL SIGTERM
# answers a search on port 389
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "export LC_ALL=C; exec 3<>/dev/tcp/127.0.0.1/389 && printf '\\060\\045\\002\\001\\001\\143\\040\\004\\000\\012\\001\\000\\012\\001\\000\\002\\001\\000\\002\\001\\000\\001\\001\\000\\207\\013objectClass\\060\\000' >&3 && IFS= read -r -t 4 -n 1 got <&3; case $got in 0*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/sbin/slapd", "-h", "ldap:///  ldaps:/// ldapi:///", "-f", "/etc/ldap/slapd.conf", "-d", "stats,sync"]
