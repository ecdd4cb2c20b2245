"""What the detectors of workloads share: a service of a machine, and the parts of its container.

Every module turns facts into one part of a :class:`planner.model.Workload`. Nothing here knows a
kind of workload; nothing here looks at anything but the ``Host``.
"""
