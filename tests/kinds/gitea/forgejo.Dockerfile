# Forgejo, as it ran on gitea (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Forgejo as it ran on gitea" \
    "org.opencontainers.image.title"="Forgejo" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="gitea" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="gitea/forgejo"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group forge >/dev/null; then groupmod -o -g 989 forge; \
    else groupadd -o -r -g 989 forge; fi; \
    if getent passwd forge >/dev/null; then usermod -o -u 989 -g 989 forge; \
    else useradd -o -r -M -u 989 -g 989 -d /var/lib/forge -s /usr/sbin/nologin forge; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   git 1:2.39.2-1.1: the repositories are worked on by it (from Debian)
#   git-lfs 3.3.0-1+b5: large files are checked by it (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'git=1:2.39.*' \
        'git-lfs=3.3.*' \
    && rm -rf /var/lib/apt/lists/*

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/forgejo/", "/etc/forgejo/"]

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/bin/forgejo", "/usr/local/bin/forgejo"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    FORGEJO_WORK_DIR="/srv/forgejo"

# Section passwd: forge on the machine.
USER 989:989
# Section listeners.
EXPOSE 3001/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 3001 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3001 && printf 'GET /api/healthz HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/bin/forgejo", "web", "-c", "/etc/forgejo/app.ini"]
