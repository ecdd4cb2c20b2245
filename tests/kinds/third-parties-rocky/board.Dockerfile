# board, as it ran on third-parties-rocky (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Rocky Linux 9.4 (Blue Onyx))
ARG BASE="docker.io/rockylinux/rockylinux:9"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/rockylinux/rockylinux:9" \
    "org.opencontainers.image.description"="board as it ran on third-parties-rocky" \
    "org.opencontainers.image.title"="board" \
    "org.opencontainers.image.version"="10.4.2" \
    "planner.host"="third-parties-rocky" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="third-parties-rocky/board"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group board >/dev/null; then groupmod -o -g 988 board; \
    else groupadd -o -r -g 988 board; fi; \
    if getent passwd board >/dev/null; then usermod -o -u 988 -g 988 board; \
    else useradd -o -r -M -u 988 -g 988 -d /var/lib/board -s /usr/sbin/nologin board; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# board-server came from https://rpm.grafana.example [board], as its vendor or release, Grafana-Labs, says (section rpm); the entry is that of /etc/yum.repos.d/board.repo; the build fetches its key from https://rpm.grafana.example/gpg.key
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        '[board]' \
        name=board \
        baseurl=https://rpm.grafana.example \
        enabled=1 \
        gpgcheck=1 \
        gpgkey=https://rpm.grafana.example/gpg.key \
        >/etc/yum.repos.d/board.repo; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   board-server 10.4.2-1: the program
# The pins are patterns, so that security fixes come in; hadolint takes only whole versions.
# hadolint ignore=DL3041
RUN dnf install -y \
        'board-server-10.4.*' \
    && dnf clean all

# Section passwd: board on the machine.
USER 988:988
# Section listeners.
EXPOSE 3100/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 3100
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3100"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/sbin/board-server"]
