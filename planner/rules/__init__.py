"""Rules: what speaks for a container, what has to change, and what keeps a workload on its VM.

The engine is here and in the modules beside it; each YAML file is a rule.
"""

from planner.rules.context import Context
from planner.rules.guidance import GUIDANCE
from planner.rules.judging import judge, judge_host, judge_machine
from planner.rules.loader import failures, load
from planner.rules.rollup import roll_up
from planner.rules.rule import Rule, RuleFile, RuleSet
from planner.rules.scope import NO_CONTEXT, Neighbours

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
    "judge_machine",
    "load",
    "roll_up",
]
