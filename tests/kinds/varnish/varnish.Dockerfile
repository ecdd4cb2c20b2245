# Varnish HTTP cache, as it ran on varnish (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Varnish HTTP cache as it ran on varnish" \
    "org.opencontainers.image.title"="Varnish HTTP cache" \
    "org.opencontainers.image.version"="7.1.1" \
    "planner.host"="varnish" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="varnish/varnish"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group vcache >/dev/null; then groupmod -o -g 990 vcache; \
    else groupadd -o -r -g 990 vcache; fi; \
    if getent passwd vcache >/dev/null; then usermod -o -u 990 -g 990 vcache; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/vcache -s /usr/sbin/nologin vcache; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   varnish 7.1.1-1.1: the program (from Debian)
#   varnish-modules 0.20.0-1: a module that its VCL imports (from Debian)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'varnish=7.1.*' \
        'varnish-modules=0.20.*' \
    && rm -rf /var/lib/apt/lists/*

# Made by installing the packages; the image must not keep it. Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN rm -rf -- \
    /etc/varnish/secret

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 0755 /run/varnish; \
    install -d -o 990 -g 990 -m 0755 /srv/varnish; \
    install -d -o 990 -g 990 -m 0755 /var/lib/varnish; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
COPY --chown=0:0 ["rootfs/etc/varnish/", "/etc/varnish/"]

# Section passwd: vcache on the machine.
USER 990:990
# Section listeners.
EXPOSE 6082/tcp 8080/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/sbin/varnishd", "-j", "none", "-F", "-a", ":8080", "-a", "/run/varnish/in.sock,PROXY,mode=666", "-T", "localhost:6082", "-f", "/etc/varnish/shop.vcl", "-S", "/etc/varnish/secret", "-s", "malloc,512m", "-s", "shelf=file,/srv/varnish/shelf.bin,20g"]
