# beanstalkd, as it ran on third-parties-rocky (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Rocky Linux 9.4 (Blue Onyx))
ARG BASE="docker.io/rockylinux/rockylinux:9"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/rockylinux/rockylinux:9" \
    "org.opencontainers.image.description"="beanstalkd as it ran on third-parties-rocky" \
    "org.opencontainers.image.title"="beanstalkd" \
    "org.opencontainers.image.version"="1.12" \
    "planner.host"="third-parties-rocky" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="third-parties-rocky/beanstalkd"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group beanstalkd >/dev/null; then groupmod -o -g 990 beanstalkd; \
    else groupadd -o -r -g 990 beanstalkd; fi; \
    if getent passwd beanstalkd >/dev/null; then usermod -o -u 990 -g 990 beanstalkd; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/beanstalkd -s /usr/sbin/nologin beanstalkd; fi; \
    true

# Section repositories: packages that the base image's own repositories do not have.
# beanstalkd came from https://mirrors.fedoraproject.org/metalink [epel], as its vendor or release, Fedora-Project, says (section rpm); the entry is that of /etc/yum.repos.d/epel.repo
#   /etc/pki/rpm-gpg/RPM-GPG-KEY-EPEL-9: signs what comes from mirrors.fedoraproject.org
COPY --chown=0:0 ["rootfs/etc/pki/rpm-gpg/RPM-GPG-KEY-EPEL-9", "/etc/pki/rpm-gpg/RPM-GPG-KEY-EPEL-9"]
# One layer for all entries, apart from the packages, to be reviewed apart.
# The variables are the package manager's, not the shell's.
# hadolint ignore=DL3059,SC2016
RUN set -eu; \
    printf '%s\n' \
        '[epel]' \
        name=epel \
        'metalink=https://mirrors.fedoraproject.org/metalink?repo=epel-$releasever&arch=$basearch&infra=$infra&content=$contentdir' \
        enabled=1 \
        gpgcheck=1 \
        'gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-EPEL-$releasever' \
        'exclude=nodejs*' \
        >/etc/yum.repos.d/epel.repo; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   beanstalkd 1.12-4.el9: the program
# The pins are patterns, so that security fixes come in; hadolint takes only whole versions.
# hadolint ignore=DL3041
RUN dnf install -y \
        'beanstalkd-1.*' \
    && dnf clean all

# Section passwd: beanstalkd on the machine.
USER 990:990
# Section listeners.
EXPOSE 11300/tcp
STOPSIGNAL SIGTERM
# accepts connections on port 11300
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/11300"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/usr/bin/beanstalkd", "-l", "0.0.0.0", "-p", "11300"]
