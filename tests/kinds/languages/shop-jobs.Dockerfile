# Ruby application under Sidekiq, as it ran on languages (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Ruby application under Sidekiq as it ran on languages" \
    "org.opencontainers.image.title"="Ruby application under Sidekiq" \
    "org.opencontainers.image.version"="6.5.12" \
    "planner.host"="languages" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="languages/shop-jobs"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group shop >/dev/null; then groupmod -o -g 990 shop; \
    else groupadd -o -r -g 990 shop; fi; \
    if getent passwd shop >/dev/null; then usermod -o -u 990 -g 990 shop; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/shop -s /usr/sbin/nologin shop; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   ruby3.1 3.1.2-7+deb12u1: runs the program (from Debian)
#   ruby 1:3.1: runs the program (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'ruby3.1=3.1.*' \
        'ruby=1:3.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 1777 /srv/shop/tmp; \
    true

# Sections processes, units: the application's own files.
#   /srv/shop/vendor/bundle (3 libraries): copied as Bundler installed them on the machine: no registry of the language is needed so; images.dependencies: built
#   the program and its files, which no package owns
COPY --chown=990:990 ["rootfs/srv/shop", "/srv/shop"]
#   the program and its files, which no package owns
COPY --chown=0:0 ["rootfs/usr/local/bin/bundle", "/usr/local/bin/bundle"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    RAILS_ENV="production"

# Section passwd: shop on the machine.
USER 990:990
WORKDIR "/srv/shop"
STOPSIGNAL SIGTERM
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/local/bin/bundle", "exec", "sidekiq", "-C", "config/sidekiq.yml"]
