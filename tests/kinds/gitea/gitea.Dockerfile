# Gitea, as it ran on gitea (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Gitea as it ran on gitea" \
    "org.opencontainers.image.title"="Gitea" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="gitea" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="gitea/gitea"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group git >/dev/null; then groupmod -o -g 990 git; \
    else groupadd -o -r -g 990 git; fi; \
    if getent passwd git >/dev/null; then usermod -o -u 990 -g 990 git; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/git -s /usr/sbin/nologin git; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   git 1:2.39.2-1.1: the repositories are worked on by it (from Debian)
#   git-lfs 3.3.0-1+b5: large files are checked by it (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'git=1:2.39.*' \
        'git-lfs=3.3.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/bin/gitea", "/usr/local/bin/gitea"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    GITEA_WORK_DIR="/var/lib/gitea" \
    HOME="/srv/git" \
    USER="git"

# Section passwd: git on the machine.
USER 990:990
WORKDIR "/var/lib/gitea"
# Section listeners.
EXPOSE 2222/tcp 3030/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 3030 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3030 && printf 'GET /api/healthz HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/bin/gitea", "web", "--config", "/etc/gitea/app.ini"]
