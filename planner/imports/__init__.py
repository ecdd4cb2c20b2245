"""Other ways to what is known of machines: facts of Ansible that somebody gathered before, RVTools
exports of a vCenter, the inventory alone. Each gives snapshots with typed sections, and the rest
unknown.
"""

from planner.imports import inventory, rvtools, setup
from planner.imports.result import Imported

__all__ = ["Imported", "inventory", "rvtools", "setup"]
