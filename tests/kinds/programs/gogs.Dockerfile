# Gogs, as it ran on programs (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Gogs as it ran on programs" \
    "org.opencontainers.image.title"="Gogs" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="programs" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="programs/gogs"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group git >/dev/null; then groupmod -o -g 988 git; \
    else groupadd -o -r -g 988 git; fi; \
    if getent passwd git >/dev/null; then usermod -o -u 988 -g 988 git; \
    else useradd -o -r -M -u 988 -g 988 -d /var/lib/git -s /usr/sbin/nologin git; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   git 1:2.39.2-1.1: the repositories are worked on by it (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'git=1:2.39.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=988:988 ["rootfs/opt/gogs", "/opt/gogs"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    HOME="/srv/gogs" \
    USER="git"

# Section passwd: git on the machine.
USER 988:988
WORKDIR "/opt/gogs"
# Section listeners.
EXPOSE 3100/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 3100 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3100 && printf 'GET /api/healthz HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/opt/gogs/gogs", "web", "--config", "/etc/gogs/app.ini"]
