# Node.js application desk, as it ran on third-parties-rocky (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Rocky Linux 9.4 (Blue Onyx))
ARG BASE="docker.io/rockylinux/rockylinux:9"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/rockylinux/rockylinux:9" \
    "org.opencontainers.image.description"="Node.js application desk as it ran on third-parties-rocky" \
    "org.opencontainers.image.title"="Node.js application desk" \
    "org.opencontainers.image.version"="1.0.0" \
    "planner.host"="third-parties-rocky" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="third-parties-rocky/desk"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group desk >/dev/null; then groupmod -o -g 989 desk; \
    else groupadd -o -r -g 989 desk; fi; \
    if getent passwd desk >/dev/null; then usermod -o -u 989 -g 989 desk; \
    else useradd -o -r -M -u 989 -g 989 -d /var/lib/desk -s /usr/sbin/nologin desk; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# nodejs came from https://rpm.nodesource.com/pub_20.x/nodistro/nodejs/x86_64 [nodesource-nodejs], as its vendor or release, NodeSource, says (section rpm); the entry is that of /etc/yum.repos.d/nodesource-nodejs.repo
#   /etc/pki/rpm-gpg/NODESOURCE-NSOLID-GPG-SIGNING-KEY-EL: signs what comes from rpm.nodesource.com
COPY --chown=0:0 ["rootfs/etc/pki/rpm-gpg/NODESOURCE-NSOLID-GPG-SIGNING-KEY-EL", "/etc/pki/rpm-gpg/NODESOURCE-NSOLID-GPG-SIGNING-KEY-EL"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        '[nodesource-nodejs]' \
        name=nodesource-nodejs \
        baseurl=https://rpm.nodesource.com/pub_20.x/nodistro/nodejs/x86_64 \
        enabled=1 \
        gpgcheck=1 \
        gpgkey=file:///etc/pki/rpm-gpg/NODESOURCE-NSOLID-GPG-SIGNING-KEY-EL \
        module_hotfixes=1 \
        priority=9 \
        >/etc/yum.repos.d/nodesource-nodejs.repo; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   nodejs 2:20.11.0-1nodesource: runs the program
# The pins are patterns, so that security fixes come in; hadolint takes only whole versions.
# hadolint ignore=DL3041
RUN dnf install -y \
        'nodejs-20.11.*' \
    && dnf clean all

# Sections processes, units: the application's own files.
#   /srv/desk/node_modules (1 libraries): copied as npm installed them on the machine: it has no package-lock.json, so far as was seen
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/srv/desk", "/srv/desk"]

# Section passwd: desk on the machine.
USER 989:989
# Section listeners.
EXPOSE 3000/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3000"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/node", "/srv/desk/server.js"]
