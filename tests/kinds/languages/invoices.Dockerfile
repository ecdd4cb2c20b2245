# .NET application Invoices.Api, as it ran on languages (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"=".NET application Invoices.Api as it ran on languages" \
    "org.opencontainers.image.title"=".NET application Invoices.Api" \
    "org.opencontainers.image.version"="3.2.0" \
    "planner.host"="languages" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="languages/invoices"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group invoices >/dev/null; then groupmod -o -g 989 invoices; \
    else groupadd -o -r -g 989 invoices; fi; \
    if getent passwd invoices >/dev/null; then usermod -o -u 989 -g 989 invoices; \
    else useradd -o -r -M -u 989 -g 989 -d /var/lib/invoices -s /usr/sbin/nologin invoices; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# dotnet-host, aspnetcore-runtime-8.0, dotnet-runtime-8.0 came from http://packages.microsoft.example bookworm, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/microsoft.list
#   /usr/share/keyrings/microsoft.gpg: signs what comes from packages.microsoft.example
COPY --chown=0:0 ["rootfs/usr/share/keyrings/microsoft.gpg", "/usr/share/keyrings/microsoft.gpg"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://packages.microsoft.example' \
        'Suites: bookworm' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/microsoft.gpg' \
        >/etc/apt/sources.list.d/microsoft.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   dotnet-host 8.0.1-1: the program
#   aspnetcore-runtime-8.0 8.0.1-1: the runtime that it is built for
#   dotnet-runtime-8.0 8.0.1-1: the runtime that it is built for
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'dotnet-host=8.0.*' \
        'aspnetcore-runtime-8.0=8.0.*' \
        'dotnet-runtime-8.0=8.0.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections processes, units: the application's own files.
#   the program and its files, which no package owns
COPY --chown=989:989 ["rootfs/srv/invoices", "/srv/invoices"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    ASPNETCORE_URLS="http://127.0.0.1:5080" \
    DOTNET_ENVIRONMENT="Production"

# Section passwd: invoices on the machine.
USER 989:989
WORKDIR "/srv/invoices"
# Section listeners.
EXPOSE 5080/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 5080 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5080 && printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/dotnet", "/srv/invoices/Invoices.Api.dll"]
