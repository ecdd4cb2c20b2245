"""The guidance that rules cite: id and sentence."""

from __future__ import annotations

GUIDANCE = {
    "V1": (
        "A workload that needs another operating system or processor than the container "
        "host's stays a virtual machine."
    ),
    "V2": (
        "A legacy application that is tied to its operating system, or wants all of it, "
        "stays a virtual machine."
    ),
    "V3": "A workload that needs specific hardware stays a virtual machine.",
    "V4": "A large monolith that needs strong isolation stays a virtual machine.",
    "V5": (
        "Strong isolation is the hypervisor's: it separates below the guest's kernel, "
        "while containers share one."
    ),
    "V6": (
        "A workload that must not share a kernel's caches and scheduler with others stays "
        "a virtual machine."
    ),
    "C1": "Small services that are deployed independently fit containers.",
    "C2": "Build and delivery pipelines gain from containers that start and vanish quickly.",
    "C3": "Containers make development environments the same at every stage.",
    "C4": "Cloud-native applications are made for containers.",
    "C5": "At the edge, containers cost little and are deployed quickly.",
    "C6": "A service that must scale quickly is scaled by starting more containers.",
    "C7": (
        "Containers share a kernel and take only what they use, so more of them fit on a machine."
    ),
    "C8": "A container image runs alike in different environments.",
    "C9": "An image always gives the same result, so copies do not drift apart.",
    "O1": "Run the program as an unprivileged user, not as root.",
    "O2": "Build your own images, or review those that you use.",
    "O3": "Application data lives in a volume; the volume is backed up, the container is not.",
    "O4": "Patch the image and start new containers; never patch a running one.",
    "O5": "One service for each container.",
    "O6": "An image holds exactly what the application needs, not a whole machine's content.",
    "O7": "Namespaces and control groups limit what a container may see and take.",
    "O8": "An orchestrator gives scaling, load balancing, rolling updates and self-healing.",
    "O9": "The two work together: containers can run inside a virtual machine of their own.",
    "O10": "OCI images run on more engines than Docker; Podman takes the same command line.",
    "O11": "A service in a container may go on speaking to one that is not.",
    "O12": "Containers start in seconds, virtual machines in minutes.",
    "O13": "The hypervisor, the guest system and its settings decide what a virtual machine costs.",
}
