"""Files in, files out: snapshots, plans, packaged data, and the plan's folder."""

from planner.store.files import write_file
from planner.store.lock import locked
from planner.store.names import context_folder, printable, slug
from planner.store.output import SNAPSHOTS, Written, claim_output, write_artifacts
from planner.store.packaged import (
    checklist_texts,
    demo_folder,
    image_table,
    name_table,
    rule_texts,
    templates,
)
from planner.store.reading import (
    MISSED,
    encode,
    files_of,
    head,
    read_plan,
    read_snapshots,
    snapshot_files,
    write_snapshot,
)

__all__ = [
    "MISSED",
    "SNAPSHOTS",
    "Written",
    "checklist_texts",
    "claim_output",
    "context_folder",
    "demo_folder",
    "encode",
    "files_of",
    "head",
    "image_table",
    "locked",
    "name_table",
    "printable",
    "read_plan",
    "read_snapshots",
    "rule_texts",
    "slug",
    "snapshot_files",
    "templates",
    "write_artifacts",
    "write_file",
    "write_snapshot",
]
