"""What answers what: the lists against the rules, and the documentation made from both."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from test_rules import RULE as SAMPLE
from test_rules import RULES, run

from planner import store
from planner.model.verdict import Alternative
from planner.rules import GUIDANCE, coverage, load, pages
from planner.rules.coverage import Answered, Entry
from planner.rules.rule import Axis

REPOSITORY = Path(__file__).parent.parent
LISTS = coverage.load(store.checklist_texts())
COVERAGES = coverage.cover(LISTS, RULES)
ANSWERS = [answer for each in COVERAGES for answer in each.answers]
PARTS = [part for answer in ANSWERS for part in answer.entry.parts]
RULE = (
    SAMPLE.replace("title: Sample", "title: A | B")
    .replace("guidance: [V2]", "guidance: [V2, O8]")
    .replace("when:", "covers: [google:B-1]\nwhen:")
)
SENTENCE = re.compile(r"[A-Z][^.]*( [^ ]+){4,}\.")


def of_entry(answer: Answered) -> str:
    return answer.entry.id


def test_every_guidance_id_has_an_entry_and_nothing_else_has():
    (guidance,) = (each for each in LISTS if each.id == "guidance")
    assert [entry.id for entry in guidance.entries] == list(GUIDANCE)
    assert [entry.words for entry in guidance.entries] == list(GUIDANCE.values())


def test_an_id_stands_once():
    ids = Counter(name for answer in ANSWERS for name in answer.entry.ids)
    assert [name for name, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("answer", ANSWERS, ids=of_entry)
def test_every_entry_is_answered_or_says_why_not(answer: Answered):
    assert answer.by or answer.entry.hole, "no rule covers it, no part answers it, no hole says why"
    assert not (answer.by and answer.entry.hole), f"answered by {answer.by}: no hole any more"
    assert answer.by or not answer.entry.lacks, "nothing answers it: that is a hole"


@pytest.mark.parametrize("answer", ANSWERS, ids=of_entry)
def test_reasons_are_sentences(answer: Answered):
    entry = answer.entry
    assert entry.words.endswith((".", "?"))
    assert all(SENTENCE.fullmatch(text) for text in (entry.hole, entry.lacks) if text)


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_a_rule_covers_what_there_is(rule):
    known = coverage.words(LISTS)
    assert [name for name in rule.source.covers if name not in known] == []
    assert [name for name in rule.source.covers if name in GUIDANCE] == []
    assert len(set(rule.source.covers)) == len(rule.source.covers)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part.path}: {part.text}")
def test_a_named_part_is_there(part):
    assert part.text in (REPOSITORY / part.path).read_text(encoding="utf-8")


def test_the_guidance_to_stay_or_to_move_is_applied_by_rules():
    (guidance,) = (each for each in COVERAGES if each.checklist.id == "guidance")
    bare = [a.entry.id for a in guidance.answers if a.entry.id[0] in "VC" and not a.rules]
    assert bare == []


def test_googles_rules_are_all_there():
    """The 96 whose target is a container, by journey."""
    (google,) = (each for each in LISTS if each.id == "google")
    journeys = Counter(
        re.sub(r"[LNW]-.*", "", name).removeprefix("google:")
        for entry in google.entries
        for name in entry.ids
    )
    assert journeys == {
        **{"A1": 15, "A2": 17, "A3": 17, "A5": 13, "A6": 5, "A7": 12},
        **{"A8": 8, "A9": 5, "A10": 4},
    }


def test_konveyors_questions_are_all_there():
    (konveyor,) = (each for each in LISTS if each.id == "konveyor")
    groups = Counter(entry.group for entry in konveyor.entries)
    assert list(groups.values()) == [7, 5, 5, 5, 6]


def test_the_axes_are_those_of_the_rules():
    (axes,) = (each for each in LISTS if each.id == "axes")
    assert {entry.group for entry in axes.entries} == set(Axis.__args__) == set(pages.AXES)
    assert all(entry.id.startswith(f"{entry.group}:") for entry in axes.entries)


def test_every_middle_way_is_named_by_a_rule():
    (ways,) = (f.type.__args__ for f in msgspec.structs.fields(Alternative) if f.name == "way")
    named = {rule.source.alternative.way for rule in RULES.rules if rule.source.alternative}
    assert named == set(ways)


def test_a_rule_answers_under_any_id_of_an_entry():
    text = "id: google\ntitle: T\norigin: O\nentries: [{id: 'google:A-1', also: ['google:B-1']}]\n"
    ((found,),) = (
        each.answers
        for each in coverage.cover(
            coverage.load({"google.yaml": text}), load({"sample.yaml": RULE})
        )
    )
    assert found.rules == ("sample",)
    assert found.by == ("sample",)


def test_a_rule_that_cites_how_a_container_runs_does_not_apply_it():
    answered = Answered(Entry("O8", group=coverage.GROUPS["O"]), ("sample",))
    assert answered.by == ()


def test_a_list_that_is_none_is_refused():
    with pytest.raises(msgspec.ValidationError, match="unknown field `word`"):
        coverage.load({"a.yaml": "id: a\ntitle: a\norigin: a\nentries: [{id: a, word: a}]\n"})


def test_every_rule_stands_in_the_documentation():
    page = pages.rules_page(RULES)
    assert sorted(re.findall(r"^### (.*)$", page, re.MULTILINE)) == [r.id for r in RULES.rules]


def test_what_a_rule_says_ends_no_cell_and_is_no_markup():
    assert "**A \\| B** · of the machine" in pages.rules_page(load({"sample.yaml": RULE}))


def test_links_of_the_coverage_lead_to_rules():
    page = pages.coverage_page(COVERAGES, RULES)
    linked = set(re.findall(r"\(rules\.md#([^)]*)\)", page))
    assert linked <= {rule.id for rule in RULES.rules}
    headings = {pages.anchor(t) for t in re.findall(r"^## (.*)$", page, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]*)\)", page)) <= headings


def test_the_table_of_rules_is_current(golden):
    golden(REPOSITORY / "docs" / "rules.md", pages.rules_page(RULES))


def test_the_table_of_coverage_is_current(golden):
    golden(REPOSITORY / "docs" / "coverage.md", pages.coverage_page(COVERAGES, RULES))


def test_guidance_as_json_gives_each_id_its_rules_and_parts():
    rows = {row["id"]: row for row in json.loads(run("guidance", "--format", "json"))}
    assert list(rows) == list(GUIDANCE)
    assert rows["V5"]["sentence"] == GUIDANCE["V5"]
    assert "fips-mode" in rows["V5"]["rules"]
    assert rows["O1"]["parts"][0]["path"] == "templates/workload/Dockerfile.j2"
    assert rows["V5"]["parts"] == []


def test_guidance_as_a_table_names_what_applies_it():
    said = run("guidance")
    assert "fips-mode" in said
    assert "(templates/workload/Dockerfile.j2)" in said
