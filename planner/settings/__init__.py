"""The user's ``planner.yml``: target, signals, thresholds, own rules, and reviewers' overrides.

Pure: text in, data out. The files are read by the command line.
"""

from planner.settings.against import check, with_own
from planner.settings.file import SettingsFile
from planner.settings.parse import DEFAULTS, Settings, digests, outputs, parse

__all__ = [
    "DEFAULTS",
    "Settings",
    "SettingsFile",
    "check",
    "digests",
    "outputs",
    "parse",
    "with_own",
]
