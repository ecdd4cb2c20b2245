"""Plans, workload by workload, what of a fleet of virtual machines becomes containers."""

__version__ = "0.1.0"
