"""Rules: what speaks for a container, what has to change, and what keeps a workload on its VM.

The engine is here and in the modules beside it; each YAML file is a rule.
"""

from planner.rules.guidance import GUIDANCE
from planner.rules.loader import failures, load
from planner.rules.rule import Rule, RuleFile, RuleSet
from planner.rules.verdict import judge, roll_up

__all__ = ["GUIDANCE", "Rule", "RuleFile", "RuleSet", "failures", "judge", "load", "roll_up"]
