# Jenkins controller, as it ran on jenkins (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Debian GNU/Linux 12 (bookworm))
ARG BASE="docker.io/library/debian:bookworm-slim"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.description"="Jenkins controller as it ran on jenkins" \
    "org.opencontainers.image.title"="Jenkins controller" \
    "org.opencontainers.image.version"="2.440.3" \
    "planner.host"="jenkins" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="jenkins/jenkins"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group jenkins >/dev/null; then groupmod -o -g 990 jenkins; \
    else groupadd -o -r -g 990 jenkins; fi; \
    if getent passwd jenkins >/dev/null; then usermod -o -u 990 -g 990 jenkins; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/jenkins -s /usr/sbin/nologin jenkins; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# jenkins came from http://packages.jenkins.example bookworm, as apt's lists say (section apt-origins); the entry is that of /etc/apt/sources.list.d/jenkins.list
#   /usr/share/keyrings/jenkins.gpg: signs what comes from packages.jenkins.example
COPY --chown=0:0 ["rootfs/usr/share/keyrings/jenkins.gpg", "/usr/share/keyrings/jenkins.gpg"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        'Types: deb' \
        'URIs: http://packages.jenkins.example' \
        'Suites: bookworm' \
        'Components: main' \
        'Signed-By: /usr/share/keyrings/jenkins.gpg' \
        >/etc/apt/sources.list.d/jenkins.sources; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   jenkins 2.440.3: the program
#   openjdk-17-jre-headless 17.0.9+9-1: runs the program (from Debian)
#   git 1:2.39.2-1.1: builds fetch their sources with it (from Debian)
#   fontconfig 2.14.1-4: Jenkins draws its graphs with fonts (from Debian)
RUN mkdir -p /usr/share/man/man1 \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'jenkins=2.440.*' \
        'openjdk-17-jre-headless=17.0.*' \
        'git=1:2.39.*' \
        'fontconfig=2.14.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 0755 /var/cache/jenkins/war; \
    true

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    JAVA_OPTS="-Djava.awt.headless=true" \
    JENKINS_HOME="/data/jenkins" \
    JENKINS_PORT="8090" \
    JENKINS_PREFIX="/ci" \
    JENKINS_WEBROOT="/var/cache/jenkins/war"

# Section passwd: jenkins on the machine.
USER 990:990
WORKDIR "/data/jenkins"
# Section listeners.
EXPOSE 8090/tcp 39411/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 8090 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8090 && printf 'GET /ci/login HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/java", "-Djava.awt.headless=true", "-Xmx2g", "-jar", "/usr/share/java/jenkins.war", "--webroot=/var/cache/jenkins/war", "--httpPort=8090", "--prefix=/ci"]
