"""The lab's one error."""


class LabError(Exception):
    """Says in one line what failed, where, and what to do next; shown without a traceback."""
