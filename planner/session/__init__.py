"""The one room that starts Ansible: scripts go to machines, their answers come back as files."""

from planner.session.inventory import Target, targets
from planner.session.options import Options
from planner.session.run import Answer, run

__all__ = ["Answer", "Options", "Target", "run", "targets"]
