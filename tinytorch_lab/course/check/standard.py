"""The lesson standard: every rule, the functions that check it, and what is left to a reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.rules import (
    claims,
    exercises,
    exports,
    files,
    grading,
    imports,
    measuring,
    names,
    parts,
    ran,
    terms,
)
from tinytorch_lab.course.check.runs import Runs


@dataclass(frozen=True)
class Rule:
    """One rule: its id, what the checker looks at ("" if nothing), what a reader judges ("" if nothing), and the functions.

    ``text`` functions read the lesson, ``run`` functions what happened when it ran; ``mutants`` says that planted mistakes
    check it too.
    """

    id: str
    machine: str
    reader: str
    text: tuple[Callable[[Lesson], Iterator[Finding]], ...] = ()
    run: tuple[Callable[[Lesson, Runs], Iterator[Finding]], ...] = ()
    mutants: bool = False


STANDARD = (
    Rule(
        "M001",
        "UTF-8, LF, jupytext header, metadata that is JSON, cells that are Python; README.md with its five subjects",
        "whether the page helps",
        (files.encoding, files.parses, files.page),
    ),
    Rule("M002", "the script ends with status 0 and says nothing on stderr", "", run=(ran.script,)),
    Rule(
        "M003",
        "the notebook runs in a fresh kernel without an error or stderr, within 20 s, and every measuring cell shows its result",
        "",
        run=(ran.notebook, ran.notebook_time),
    ),
    Rule(
        "M004",
        "imports by room; of tinytorch only earlier modules' files, equal to `needs`; no name or concept of a later module",
        "concepts in other words than those of `rules/terms.py`",
        (imports.rooms, imports.earlier_modules, terms.later_concepts),
    ),
    Rule(
        "M005",
        "magics on the first line of measuring cells only; sizes of `%%complexity` have a value; no `--predict`",
        "whether that value is small",
        (measuring.magics, measuring.small_sizes),
    ),
    Rule("S001", "title as in course.toml; what is built, measured, required, unlocked", "", (parts.title,)),
    Rule(
        "S002",
        "every part once and in order; a formula or a table in Part 1",
        "whether the formula is the one that is measured",
        (parts.order, parts.formula),
    ),
    Rule(
        "S003",
        "prose before a solution cell, one function or class in it (several: a warning), its graded test in the next code cell",
        "simplest version first; the measured step between two versions",
        (exercises.one_component, exercises.introduced, exercises.tested_at_once),
    ),
    Rule(
        "S004",
        "Part 2 has `%%complexity` and `%%measure`; each measuring cell has a prediction before it, a named result, and calls "
        "what the student built",
        "whether the figures change if the component is made naive",
        (measuring.analysis, measuring.predicted, measuring.own_component),
    ),
    Rule("S005", "Part 3 names PyTorch, TensorFlow or JAX", "whether what it says is true", (parts.production,)),
    Rule(
        "S006",
        "the integration test is graded; the main block calls every test",
        "whether it integrates",
        (parts.integration, parts.main_block),
    ),
    Rule(
        "S007",
        "3 to 5 questions in their part, graded by hand, each with a rubric",
        "whether they need this module's measurements",
        (parts.questions,),
    ),
    Rule("S008", "the summary is the last cell", "", (parts.summary_is_last,)),
    Rule(
        "N001",
        "ids of graded and solution cells begin with the module's number, once in the course",
        "",
        (grading.ids,),
    ),
    Rule(
        "N002",
        "markers spelt right, in pairs, in cells of their kind; the student version's exported cells run",
        "",
        (exercises.markers,),
        (ran.student_version_imports,),
    ),
    Rule(
        "N003",
        "a docstring above each region; TODO, APPROACH and HINTS above BEGIN SOLUTION",
        "whether docstring and hints are right",
        (exercises.documented, exercises.scaffolding),
    ),
    Rule(
        "N004",
        "test cells are locked, hide a part, and their visible assertions have messages",
        "whether points follow difficulty, and messages teach",
        (grading.test_cells,),
    ),
    Rule("N005", "graded cells have points above 0 that add up to course.toml's", "", (grading.points,)),
    Rule(
        "N006",
        "`--mutants`: 85 % noticed in the lesson, 93 % over the course, 88 % by an assertion; survivors listed with reasons",
        "whether the reasons are true",
        mutants=True,
    ),
    Rule(
        "N007",
        "a test cell ends by calling its test; every test passes solved and fails unsolved, all within 3 s; `--mutants`: no region "
        "that no test needs",
        "",
        (grading.called,),
        (ran.tests_can_fail, ran.tests_time),
        mutants=True,
    ),
    Rule(
        "N008",
        "the lesson does not import the file that it builds",
        "independent formulas, negative and non-square inputs, perturbation; the mutants show where it matters",
        (imports.not_its_own_reference,),
    ),
    Rule(
        "E001",
        "the export target, a library file that is what the lesson makes, no scaffolding in it",
        "",
        (exports.exported,),
    ),
    Rule(
        "size",
        "300 to 600 lines (800 in 01 and 05), prose under half of them",
        "filler",
        (files.lines, files.prose_under_half),
    ),
    Rule(
        "prose",
        "inline code names what is there; a measured figure has an expression or a source behind it, and the expression still "
        "gives it",
        "claims without a figure",
        (names.names_exist, claims.figures_have_sources),
        (names.attributes_exist, claims.figures_are_true),
    ),
)
"""In the order of the standard. ``size`` and ``prose`` stand for its last section, which has no ids."""
