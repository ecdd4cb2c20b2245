"""Rules: what speaks for a container, what has to change, and what keeps a workload on its VM.

The engine is here and in the modules beside it; each YAML file is a rule.
"""

from planner.rules.context import Context
from planner.rules.guidance import GUIDANCE
from planner.rules.loader import failures, load
from planner.rules.rule import Rule, RuleFile, RuleSet
from planner.rules.scope import NO_CONTEXT, Neighbours
from planner.rules.verdict import judge, judge_host, roll_up

__all__ = [
    "GUIDANCE",
    "NO_CONTEXT",
    "Context",
    "Neighbours",
    "Rule",
    "RuleFile",
    "RuleSet",
    "failures",
    "judge",
    "judge_host",
    "load",
    "roll_up",
]
