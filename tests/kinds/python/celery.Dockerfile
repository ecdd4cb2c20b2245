# Python application under celery in /srv/orders/venv, as it ran on python (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Python application under celery in /srv/orders/venv as it ran on python" \
    "org.opencontainers.image.title"="Python application under celery in /srv/orders/venv" \
    "org.opencontainers.image.version"="unknown" \
    "planner.host"="python" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="python/celery"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group orders >/dev/null; then groupmod -o -g 989 orders; \
    else groupadd -o -r -g 989 orders; fi; \
    if getent passwd orders >/dev/null; then usermod -o -u 989 -g 989 orders; \
    else useradd -o -r -M -u 989 -g 989 -d /var/lib/orders -s /usr/sbin/nologin orders; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   python3 3.11.2-1: the interpreter of its virtual environment (from Debian)
#   libpq5 15.5-0+deb12u1: a library that the program has loaded, which no dependency brings (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'python3=3.11.*' \
        'libpq5=15.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 989 -g 989 -m 0755 /run/celery; \
    true

# Sections processes, units: the application's own files.
#   /srv/orders/venv (3 libraries): copied as pip installed them on the machine: no registry has these versions: torch==2.1.0+cpu
#   the application with its virtual environment
COPY --chown=989:989 ["rootfs/srv/orders", "/srv/orders"]

# Section passwd: orders on the machine.
USER 989:989
WORKDIR "/srv/orders"
STOPSIGNAL SIGTERM
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/srv/orders/venv/bin/python3", "-m", "celery", "-A", "orders", "worker", "--hostname=w1@jobs", "-c", "2"]
