"""The data that passes between the stages: frozen, typed, without behaviour.

Sizes are in bytes, durations in seconds, ids numeric as on the machine, times ISO 8601 in UTC
(``2026-01-31T12:00:00Z``). Tuples keep the order in which the machine told them only where
that order means something; otherwise the producer sorts.
"""

from planner.model.data import Data, Fact
from planner.model.host import Host
from planner.model.plan import (
    PLAN_SCHEMA,
    Artifact,
    HostPlan,
    Image,
    Phase,
    Plan,
    Step,
    Unseen,
    WorkloadPlan,
)
from planner.model.running import (
    Connection,
    CronJob,
    Environment,
    Listener,
    OpenFile,
    Process,
    Unit,
)
from planner.model.security import Account, Group
from planner.model.snapshot import (
    SNAPSHOT_SCHEMA,
    Login,
    Origin,
    Section,
    SectionState,
    Snapshot,
    SnapshotStatus,
)
from planner.model.software import ConfigFile, Package, PathInfo, Python, TextFile
from planner.model.storage import DirSize, Mount, Space
from planner.model.system import OS, Kernel, Memory, Module, PciDevice, UsbDevice
from planner.model.verdict import Effect, Evidence, Finding, HostOutcome, Outcome, Verdict
from planner.model.workload import (
    Adaptation,
    Admission,
    Agent,
    Consistency,
    Copy,
    Coupling,
    Directive,
    Directory,
    EnvVar,
    Health,
    Job,
    Owner,
    Peer,
    Pin,
    Secret,
    Volume,
    Workload,
)
