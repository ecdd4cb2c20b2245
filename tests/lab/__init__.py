"""A lab of real machines on one box: Debian systems with systemd, sshd and real services."""
