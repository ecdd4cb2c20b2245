"""The data that passes between the stages: frozen, typed, without behaviour.

Sizes are in bytes, durations in seconds, ids numeric as on the machine, times ISO 8601 in UTC
(``2026-01-31T12:00:00Z``). Tuples keep the order in which the machine told them only where
that order means something; otherwise the producer sorts.
"""

from planner.model.data import Data, Fact
from planner.model.engines import ClusterRole, Container, Engine, Engines, Guest
from planner.model.guest import VirtualDisk, VirtualMachine
from planner.model.host import Host
from planner.model.logins import (
    DirectoryMembership,
    DirectorySetting,
    Logins,
    Seen,
    SshdSetting,
    SubId,
)
from planner.model.looks import Gone, Look
from planner.model.plan import (
    PLAN_SCHEMA,
    Artifact,
    Dependencies,
    HostPlan,
    Image,
    Output,
    Phase,
    Plan,
    Source,
    Step,
    Unseen,
    WorkloadPlan,
)
from planner.model.running import (
    AtJob,
    Boot,
    Connection,
    CronJob,
    Environment,
    InetdService,
    Listener,
    MappedFile,
    MulticastGroup,
    OpenFile,
    Process,
    SpecialSocket,
    SpecialSockets,
    Unit,
    UnixSocket,
    UserUnit,
)
from planner.model.security import (
    Account,
    Audit,
    Confined,
    Confinement,
    Firewall,
    Group,
    PacketFilter,
)
from planner.model.snapshot import (
    SNAPSHOT_SCHEMA,
    Login,
    Origin,
    Section,
    SectionState,
    Snapshot,
    SnapshotStatus,
    Typed,
)
from planner.model.software import (
    Application,
    Certificate,
    ConfigFile,
    Package,
    PathInfo,
    Program,
    Python,
    Repository,
    Runtime,
    TextFile,
)
from planner.model.storage import (
    BlockDevice,
    DirSize,
    Export,
    Inodes,
    Mount,
    Space,
    Swap,
)
from planner.model.system import (
    OS,
    Cloud,
    Device,
    Dmi,
    HugePagePool,
    HugePages,
    Kernel,
    KernelState,
    Locale,
    Memory,
    Module,
    NumaNode,
    PciDevice,
    Processor,
    UsbDevice,
)
from planner.model.usage import CpuShares, DayUse, DiskUse, InterfaceUse, Load, Pressure
from planner.model.verdict import (
    Alternative,
    Confidence,
    Effect,
    Effort,
    Evidence,
    Finding,
    HostOutcome,
    Outcome,
    Override,
    Unmatched,
    Verdict,
)
from planner.model.windows import (
    Domain,
    DotNet,
    Edition,
    Feature,
    Iis,
    Pool,
    Protection,
    Site,
    SqlInstance,
    Task,
    WebApplication,
    Windows,
)
from planner.model.workload import (
    Adaptation,
    Admission,
    Agent,
    Client,
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
