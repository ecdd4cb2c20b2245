# Python application under gunicorn in /srv/shop/venv, as it ran on programs (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Python application under gunicorn in /srv/shop/venv as it ran on programs" \
    "org.opencontainers.image.title"="Python application under gunicorn in /srv/shop/venv" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="programs" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="programs/shop"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group shop >/dev/null; then groupmod -o -g 990 shop; \
    else groupadd -o -r -g 990 shop; fi; \
    if getent passwd shop >/dev/null; then usermod -o -u 990 -g 990 shop; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/shop -s /usr/sbin/nologin shop; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   python3 3.11.2-1: the interpreter of its virtual environment (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'python3=3.11.*' \
    && rm -rf /var/lib/apt/lists/*

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/shop/", "/etc/shop/"]

# Sections processes, units: the application's own files.
#   /srv/shop/venv (2 libraries): copied as pip installed them on the machine: no registry of the language is needed so; images.dependencies: built
#   the application with its virtual environment
COPY --chown=0:0 ["rootfs/srv/shop", "/srv/shop"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    DJANGO_SETTINGS_MODULE="shop.settings"

# Section passwd: shop on the machine.
USER 990:990
WORKDIR "/srv/shop/app"
# Section listeners.
EXPOSE 8100/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 8100 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8100 && printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/srv/shop/venv/bin/gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8100", "--workers", "3", "--config", "/etc/shop/gunicorn.py"]
