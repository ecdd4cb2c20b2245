# RabbitMQ message broker, as it ran on rabbitmq (snapshot of 2026-06-01T12:00:00Z).
# Build in this folder, after `planner extract` has fetched rootfs/ from the machine.
#
# Base: same distribution and release as the machine (Ubuntu 22.04.4 LTS)
ARG BASE="docker.io/library/ubuntu:22.04"
# The tag stands in BASE, so that a build can name another registry: --build-arg BASE=...
# hadolint ignore=DL3006
FROM ${BASE}

LABEL \
    "org.opencontainers.image.base.name"="docker.io/library/ubuntu:22.04" \
    "org.opencontainers.image.description"="RabbitMQ message broker as it ran on rabbitmq" \
    "org.opencontainers.image.title"="RabbitMQ message broker" \
    "org.opencontainers.image.version"="3.9.13" \
    "planner.host"="rabbitmq" \
    "planner.snapshot.sha256"="-" \
    "planner.snapshot.taken-at"="2026-06-01T12:00:00Z" \
    "planner.version"="0" \
    "planner.workload"="rabbitmq/rabbitmq-server"

# Section passwd, group: numeric ids as on the machine, made before packages can choose others.
RUN set -eu; \
    if getent group rabbitmq >/dev/null; then groupmod -o -g 990 rabbitmq; \
    else groupadd -o -r -g 990 rabbitmq; fi; \
    if getent passwd rabbitmq >/dev/null; then usermod -o -u 990 -g 990 rabbitmq; \
    else useradd -o -r -M -u 990 -g 990 -d /var/lib/rabbitmq -s /usr/sbin/nologin rabbitmq; fi; \
    true

# Sections dpkg, rpm, apk: the packages that own what runs, pinned to the machine's upstream version.
#   rabbitmq-server 3.9.13-1ubuntu0.22.04.2: the program (from Ubuntu)
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        'rabbitmq-server=3.9.*' \
    && rm -rf /var/lib/apt/lists/*

# Sections units, paths: what the program expects to find; logs go to the engine.
# Apart, to be reviewed apart.
# hadolint ignore=DL3059
RUN set -eu; \
    install -d -o 0 -g 990 -m 0710 /etc/ssl/private; \
    install -d -o 990 -g 990 -m 0755 /run/rabbitmq; \
    install -d -o 990 -g 990 -m 0755 /var/lib/rabbitmq; \
    install -d -o 990 -g 990 -m 0750 /var/log/rabbitmq; \
    true

# Section config-files: configuration that is not as the packages ship it.
#   made on this machine, no package owns it
#   changed since rabbitmq-server installed it
COPY --chown=0:0 ["rootfs/etc/rabbitmq/", "/etc/rabbitmq/"]
#   certificate that the configuration names
COPY --chown=0:0 ["rootfs/etc/ssl/", "/etc/ssl/"]

# Section unit-text: literal values of the unit. Secrets come at start, from Compose.
ENV \
    ERL_INETRC="/run/rabbitmq/inetrc" \
    RABBITMQ_LOGS="-" \
    RABBITMQ_NODENAME="ship@mq-old-07"

# Section passwd: rabbitmq on the machine.
USER 990:990
WORKDIR "/var/lib/rabbitmq"
# Section listeners.
EXPOSE 5671/tcp 5679/tcp 15672/tcp 25672/tcp
STOPSIGNAL SIGTERM
# answers AMQP on port 5679
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s CMD ["bash", "-c", "export LC_ALL=C; exec 3<>/dev/tcp/127.0.0.1/5679 && printf 'AMQP\\000\\000\\011\\001' >&3 && IFS= read -r -t 4 -n 1 got <&3; case $got in $'\\1'*) exit 0;; esac; exit 1"]
# Section unit-text: in the foreground, so that the service is the container's process.
CMD ["/bin/sh", "-c", "printf '%s\\n' '{host, {127,0,0,1}, [\"mq-old-07\"]}. {lookup, [file, native]}.' >/run/rabbitmq/inetrc && exec /usr/lib/rabbitmq/bin/rabbitmq-server"]
