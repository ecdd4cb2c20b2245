"""Files in, files out: snapshots, plans, packaged data, and the plan's folder."""

from planner.store.files import write_file
from planner.store.names import context_folder, printable, slug
from planner.store.output import SNAPSHOTS, Written, claim_output, write_artifacts
from planner.store.packaged import demo_folder, rule_texts, templates
from planner.store.reading import encode, read_plan, read_snapshots, write_snapshot

__all__ = [
    "SNAPSHOTS",
    "Written",
    "claim_output",
    "context_folder",
    "demo_folder",
    "encode",
    "printable",
    "read_plan",
    "read_snapshots",
    "rule_texts",
    "slug",
    "templates",
    "write_artifacts",
    "write_file",
    "write_snapshot",
]
