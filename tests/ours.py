"""The planner's own rules, read once; that their examples come out is asked in test_rules.py."""

from __future__ import annotations

from planner import store
from planner.rules import load

RULES = load(store.rule_texts(), examples=False)
