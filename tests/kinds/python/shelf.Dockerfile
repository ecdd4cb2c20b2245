# uWSGI with shelf:application, as it ran on python (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="uWSGI with shelf:application as it ran on python" \
    "org.opencontainers.image.title"="uWSGI with shelf:application" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="python" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="python/shelf"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group shelf >/dev/null; then groupmod -o -g 990 shelf; \
    else groupadd -o -r -g 990 shelf; fi; \
    if getent passwd shelf >/dev/null; then usermod -o -u 990 -g 990 shelf; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/shelf -s /usr/sbin/nologin shelf; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   python3 3.11.2-1: the interpreter of its virtual environment (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'python3=3.11.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 1777 /run/shelf; \
    mkdir -p /var/log/shelf; ln -sf /dev/stdout /var/log/shelf/uwsgi.log; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/uwsgi/", "/etc/uwsgi/"]

# Sections processes, units: the application's own files.
#   /srv/shelf/venv (2 libraries): copied as pip installed them on the machine: no registry of the language is needed so; images.dependencies: built
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/srv/shelf/app", "/srv/shelf/app"]
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/srv/shelf/venv", "/srv/shelf/venv"]

# Section passwd: shelf on the machine.
USER 990:990
# Section listeners.
EXPOSE 9090/tcp
STOPSIGNAL SIGQUIT
# answers HTTP on port 9090 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9090 && printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/srv/shelf/venv/bin/uwsgi", "--ini", "/etc/uwsgi/shelf.ini"]
