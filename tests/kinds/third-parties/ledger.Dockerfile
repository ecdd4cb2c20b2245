# ledger, as it ran on third-parties (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="ledger as it ran on third-parties" \
    "org.opencontainers.image.title"="ledger" \
    "org.opencontainers.image.version"="4.2.1" \
    "planner.host"="third-parties" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="third-parties/ledger"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group ledger >/dev/null; then groupmod -o -g 988 ledger; \
    else groupadd -o -r -g 988 ledger; fi; \
    if getent passwd ledger >/dev/null; then usermod -o -u 989 -g 988 ledger; \
    else useradd -o -r -M -u 989 -g 988 -d /var/lib/ledger -s /usr/sbin/nologin ledger; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# ledgerd came from http://apt.corp.example/ledger bookworm, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/ledger.sources
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://apt.corp.example/ledger' \
        'Suites: bookworm' \
        'Components: main' \
        Signed-By: \
        ' -----BEGIN PGP PUBLIC KEY BLOCK-----' \
        ' .' \
        ' mDMEZ0kzQBYJKwYBBAHaRw8BAQdAq1sJ' \
        ' =Q4aN' \
        ' -----END PGP PUBLIC KEY BLOCK-----' \
        >/etc/apt/sources.list.d/ledger.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   ledgerd 4.2.1: the program
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'ledgerd=4.2.*' \
    && rm -rf /var/lib/apt/lists/*

# Section passwd: ledger on the machine.
USER 989:988
# Section listeners.
EXPOSE 7300/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 7300
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7300"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/ledgerd", "--port", "7300"]
