# Jenkins controller, as it ran on java-rocky (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Rocky Linux 9.4 (Blue Onyx))
ARG BASE="docker.io/rockylinux/rockylinux:9"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/rockylinux/rockylinux:9" \
    "org.opencontainers.image.description"="Jenkins controller as it ran on java-rocky" \
    "org.opencontainers.image.title"="Jenkins controller" \
    "org.opencontainers.image.version"="2.440.3" \
    "planner.host"="java-rocky" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="java-rocky/jenkins"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group jenkins >/dev/null; then groupmod -o -g 990 jenkins; \
    else groupadd -o -r -g 990 jenkins; fi; \
    if getent passwd jenkins >/dev/null; then usermod -o -u 990 -g 990 jenkins; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/jenkins -s /usr/sbin/nologin jenkins; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# jenkins came from http://mirror.example/jenkins/ [jenkins], as its vendor or release, Jenkins, says (section rpm); the entry is that of /etc/yum.repos.d/jenkins.repo
#   /etc/pki/rpm-gpg/RPM-GPG-KEY-jenkins: signs what comes from mirror.example
COPY --chown=0:0 ["rootfs/etc/pki/rpm-gpg/RPM-GPG-KEY-jenkins", "/etc/pki/rpm-gpg/RPM-GPG-KEY-jenkins"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    printf '%s\n' \
        '[jenkins]' \
        name=jenkins \
        baseurl=http://mirror.example/jenkins/ \
        enabled=1 \
        gpgcheck=1 \
        gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-jenkins \
        >/etc/yum.repos.d/jenkins.repo; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   jenkins 2.440.3: the program
#   java-17-openjdk-headless 1:17.0.13.0.11-3.el9: runs the program (from Rocky Enterprise Software Foundation)
#   git 2.43.5-1.el9_4: builds fetch their sources with it (from Rocky Enterprise Software Foundation)
#   fontconfig 2.14.0-2.el9_1: Jenkins draws its graphs with fonts (from Rocky Enterprise Software Foundation)
# Without a version, since no pin could be made or mirrors hold the current one alone: git, fontconfig.
# The pins are patterns, so that security fixes come in; hadolint takes only whole versions.
# hadolint ignore=DL3041
RUN dnf install -y \
        'jenkins-2.440.*' \
        'java-17-openjdk-headless-17.0.*' \
        git \
        fontconfig \
    && dnf clean all

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 990 -g 990 -m 0755 /var/cache/jenkins/war; \
    true

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    JENKINS_HOME="/var/lib/jenkins"

# Section passwd: jenkins on the machine.
USER 990:990
# Section listeners.
EXPOSE 8080/tcp
STOPSIGNAL SIGTERM
# answers HTTP on port 8080 with a status below 500
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /login HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 5 line <&3 && case $line in HTTP/*\" \"[1234][0-9][0-9]*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/java", "-Djava.awt.headless=true", "-jar", "/usr/share/java/jenkins.war", "--webroot=/var/cache/jenkins/war", "--httpPort=8080"]
