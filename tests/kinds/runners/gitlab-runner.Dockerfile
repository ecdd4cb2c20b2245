# GitLab Runner, as it ran on runners (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="GitLab Runner as it ran on runners" \
    "org.opencontainers.image.title"="GitLab Runner" \
    "org.opencontainers.image.version"="16.9.1" \
    "planner.host"="runners" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="runners/gitlab-runner"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group gitlab-runner >/dev/null; then groupmod -o -g 1200 gitlab-runner; \
    else groupadd -o -r -g 1200 gitlab-runner; fi; \
    if getent passwd gitlab-runner >/dev/null; then usermod -o -u 1200 -g 1200 gitlab-runner; \
    else useradd -o -r -M -u 1200 -g 1200 -d /home/gitlab-runner -s /usr/sbin/nologin gitlab-runner; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# gitlab-runner came from http://packages.gitlab-runner.example bookworm, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/gitlab-runner.list
#   /usr/share/keyrings/gitlab-runner.gpg: signs what comes from packages.gitlab-runner.example
COPY --chown=0:0 ["rootfs/usr/share/keyrings/gitlab-runner.gpg", "/usr/share/keyrings/gitlab-runner.gpg"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://packages.gitlab-runner.example' \
        'Suites: bookworm' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/gitlab-runner.gpg' \
        >/etc/apt/sources.list.d/gitlab-runner.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   gitlab-runner 16.9.1: the program
#   git 1:2.39.2-1.1: builds fetch their sources with it (from Debian)
#   ca-certificates 20230311: servers of others are known by their certificates (from Debian)
# No pin could be made for ca-certificates.
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'gitlab-runner=16.9.*' \
        'git=1:2.39.*' \
        ca-certificates \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 1200 -g 1200 -m 0700 /etc/gitlab-runner; \
    true

# Section passwd: gitlab-runner on the machine.
USER 1200:1200
# Section listeners.
EXPOSE 9252/tcp
STOPSIGNAL SIGQUIT
# answers HTTP on port 9252 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9252 && printf 'GET /metrics HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/gitlab-runner", "run", "--config", "/etc/gitlab-runner/config.toml", "--working-directory", "/srv/builds"]
