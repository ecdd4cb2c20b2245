"""Errors that are shown to the user as one line; any other is a bug and keeps its traceback."""

from __future__ import annotations


class PlannerError(Exception):
    """What went wrong, in one line: the file or thing, the reason, and what to do next."""


class InputError(PlannerError):
    """An inventory, snapshot, rule or other file of the user that cannot be used."""


class OutputError(PlannerError):
    """An output folder that cannot be written, or that holds files which are not ours."""


class RunError(PlannerError):
    """A program that the planner starts (Ansible) is missing or could not do its work."""
