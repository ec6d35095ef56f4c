"""M004: no concept of a later module, in prose, code, comments, messages or tests."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.prose import code_spans, sentences, without_code

CONCEPTS = {
    "02": ("activation", "neural network", "sigmoid", "relu", "tanh", "gelu", "softmax"),
    "03": ("layer", "dropout"),
    "04": ("loss function", "training loss", "cross entropy", "mean squared error"),
    "05": (
        "autograd", "gradient", "backpropagation", "backward pass", "chain rule", "computational graph",
        "computation graph", "automatic differentiation",
    ),
    "06": ("optimizer", "momentum", "learning rate", "weight decay"),
    "07": ("epoch", "training loop", "checkpoint"),
    "08": ("dataloader", "data loader", "augmentation"),
    "09": ("convolution", "pooling", "batch norm", "batch normalization", "im2col"),
    "10": ("tokenizer", "tokenization", "byte pair"),
    "11": ("embedding", "positional encoding"),
    "12": ("self attention", "attention head", "attention score", "dot product attention"),
    "13": ("transformer", "layer norm", "layer normalization", "gpt"),
    "15": ("quantization", "quantize"),
    "16": ("pruning", "distillation", "sparsity"),
    "17": ("kv cache", "memoization"),
    "20": ("capstone",),
}  # fmt: skip
"""Words that speak of a module's subject in ordinary prose; the names that a module builds come from course.toml."""
EXCEPTION = ("01", "05")
"""Given cells of module 01, and its prose in sentences that say 'module 05', may name module 05's things (DESIGN, 4)."""


def later_concepts(lesson: Lesson) -> Iterator[Finding]:
    """What a lesson says and names was built in it or before; title and summary may say what comes next."""
    at = lesson.catalogue.modules.index(lesson.module)
    for cell in lesson.cells:
        if cell in (lesson.cells[0], lesson.cells[-1]):
            continue
        for later in lesson.catalogue.modules[at + 1 :]:
            for line, word in _named(cell, later, (lesson.module.number, later.number) == EXCEPTION):
                yield lesson.finding(
                    "M004", f"'{word}' belongs to module {later.id}.", "Say it without what comes later.", cell, line
                )


def _named(cell: Cell, later: Module, excepted: bool) -> Iterator[tuple[int, str]]:
    """The lines on which the cell names something of ``later``, and what."""
    names = {word for word in later.builds if word.isidentifier()}
    concepts = CONCEPTS.get(later.number, ())
    if cell.kind == "markdown":
        yield from _in_prose(cell.source, names, concepts, f"module {later.number}" if excepted else "")
    elif not (excepted and not cell.is_solution and not cell.is_test):
        yield from _in_code(cell, names, concepts)


def _in_prose(source: str, names: set[str], concepts: tuple[str, ...], passport: str) -> Iterator[tuple[int, str]]:
    for line, sentence in sentences(source):
        if passport and passport in " ".join(sentence.split()):
            continue
        for _, span in code_spans(sentence):
            yield from ((line, word) for word in _words(span) if word in names)
        yield from ((line, concept) for concept in _concepts_in(without_code(sentence), concepts))


def _in_code(cell: Cell, names: set[str], concepts: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    for line, name in identifiers(cell.tree):
        if name in names:
            yield line, name
    for line, text in _strings_and_comments(cell):
        yield from ((line, word) for word in _words(text) if word in names)
        yield from ((line, concept) for concept in _concepts_in(text, concepts))


def identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name in the code: variables, attributes, parameters, keywords, definitions and imports."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1)
        for field in ("id", "attr", "arg", "name", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                yield line, value


def _strings_and_comments(cell: Cell) -> Iterator[tuple[int, str]]:
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
    try:
        for token in tokenize.generate_tokens(io.StringIO(cell.code).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    except (tokenize.TokenError, IndentationError):
        return  # M001 says that the cell is no Python


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z_]\w*", text)


def _concepts_in(text: str, concepts: tuple[str, ...]) -> Iterator[str]:
    """The concepts that the text names, singular or plural, whatever stands between the words."""
    words = " ".join(word.lower().removesuffix("s") for word in re.findall(r"[A-Za-z]\w*", text))
    for concept in concepts:
        if f" {' '.join(part.removesuffix('s') for part in concept.split())} " in f" {words} ":
            yield concept
