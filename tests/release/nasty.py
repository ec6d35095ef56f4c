# ruff: noqa: E501
"""Modules that an author may hand in, one fault each: what must be said of it and where, or that it is fine.

Each is the small module below with one change. Its lines: 10 heading, 13 import, 16 to 21 the solution (cell 3), 24 to 27 the test
(cell 4), 30 to 34 the question (cell 5).
"""

from __future__ import annotations

from dataclasses import dataclass

SOLUTION = (
    '{"grade": false, "grade_id": "01-add", "locked": false, "schema_version": 3, "solution": true, "task": false}'
)
TEST = '{"grade": true, "grade_id": "01-add-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}'
QUESTION = '{"grade": true, "grade_id": "01-why", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}'
GOOD = f'''# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Sums

# %%
import math

# %% nbgrader={SOLUTION}
def add(a, b):
    """The sum of a and b."""
    ### BEGIN SOLUTION
    total = a + b
    return total
    ### END SOLUTION

# %% nbgrader={TEST}
assert add(1, 2) == 3, "add(1, 2) should be 3"
### BEGIN HIDDEN TESTS
assert add(-1, 1) == 0, "add(-1, 1) should be 0"
### END HIDDEN TESTS

# %% [markdown] nbgrader={QUESTION}
# Why does the order not matter?
#
# ### BEGIN SOLUTION
# Addition commutes.
# ### END SOLUTION
'''
SEALED = ("total = a + b", "return total", "add(-1, 1)", "Addition commutes", "secret")
"""Pieces of what students must not see, of the good module and of those below."""
BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"
HIDDEN, SHOWN = "### BEGIN HIDDEN TESTS\n", "### END HIDDEN TESTS\n"
REGION = BEGIN + "    total = a + b\n    return total\n" + END
HEADING = "# # Sums\n"


@dataclass(frozen=True)
class Nasty:
    """``rule`` is the fault that must be named ("": none, the module is fine), ``says`` a piece of its sentence, and its place."""

    name: str
    text: str | bytes
    rule: str = ""
    says: str = ""
    line: int = 0
    cell: int = 0


def good(old: str = "", new: str = "") -> str:
    """The good module with one piece of text changed, once."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def cell(text: str, grading: str = "", kind: str = "") -> str:
    """The good module with one cell more at its end."""
    first = " ".join(["# %%", *[f"[{kind}]"] * bool(kind), *[f"nbgrader={grading}"] * bool(grading)])
    return f"{GOOD}\n{first}\n{text}\n"


def typo(marker: str) -> str:
    """The good module with a second region in its solution, whose first marker is written otherwise."""
    return good(END, f"{END}    {marker}\n    secret = 42\n{END}")


TYPOS = tuple(
    Nasty(f"marker written as {marker!r}", typo(marker), "R3", "Write '### ", 22, 3)
    for marker in (
        "### begin solution", "### Begin Solution", "###BEGIN SOLUTION", "# BEGIN SOLUTION", "## BEGIN SOLUTION", "#### BEGIN SOLUTION",
        "### BEGIN  SOLUTION", "###  BEGIN SOLUTION", "###\tBEGIN\tSOLUTION", "### BEGIN SOLUTION:", "### BEGIN SOLUTION here",
        "### BEGIN SOLUTOIN", "### BEGIN SOLUTON", "### BEIGN SOLUTION", "### BEGIN_SOLUTION", "### BEGIN-SOLUTION", "### BEGINSOLUTION",
        "### BEGIN\N{NO-BREAK SPACE}SOLUTION", "###\N{NO-BREAK SPACE}BEGIN SOLUTION", "### BEGIN\N{ZERO WIDTH SPACE} SOLUTION",
        "### BEG\N{SOFT HYPHEN}IN SOLUTION", "### \u0412\u0415GIN S\u041eLUTI\u041eN", "### \u0392\u0395GIN SOLUTION", "### ＢＥＧＩＮ ＳＯＬＵＴＩＯＮ",
        "### SOLUTION BEGIN", "### START SOLUTION", "### BEGIN SOL", "### BEG1N S0LUTION", "### B E G I N  SOLUTION", "# # # BEGIN SOLUTION",
        "### BEGIN HIDDEN TEST", "### BEGIN HIDEN TESTS", "### BEGIN HIDDENTESTS", "### begin mark scheme", "### BEGIN MARKSCHEME",
        "### BEGIN THE SOLUTION", "x = 1  # begin solution",
    )
)  # fmt: skip

MARKERS = (
    *TYPOS,
    Nasty("two ENDs", good(END, END + "    secret = 42\n" + END), "R3", "no partner", 23, 3),
    Nasty("two BEGINs", good(BEGIN, BEGIN + BEGIN), "R3", "no partner", 19, 3),
    Nasty("never closed", good(END, ""), "R3", "no '### END SOLUTION' after it", 18, 3),
    Nasty("never opened", good(BEGIN, ""), "R3", "no partner", 20, 3),
    Nasty("END before BEGIN", good(REGION, END + "    return a + b\n" + BEGIN), "R3", "no partner", 18, 3),
    Nasty("END in a plain cell", good("import math\n", "import math\n### END SOLUTION\n"), "R3", "another kind", 14, 2),
    Nasty("region in a plain cell", good("import math\n", f"import math\n{REGION}"), "R3", "another kind", 14, 2),
    Nasty("hidden tests in a solution", good("    total", f"    {HIDDEN}    {SHOWN}    total"), "R3", "another kind", 19, 3),
    Nasty("region over a region in a manual answer", cell(
        f"{HIDDEN}### BEGIN SOLUTION\nx = 1\n{SHOWN}### END SOLUTION", TEST.replace("add-test", "m").replace('"solution": false', '"solution": true')
    ), "R3", "stands inside of"),
    Nasty("marker in a string", good("    total", '    text = """\n### END SOLUTION\n"""\n    total'), "R3", "inside of a string", 20, 3),
    Nasty("marker in a docstring", good("The sum of a and b.", "The sum.\n    ### BEGIN SOLUTION\n    "), "R3", "inside of a string", 18, 3),
    Nasty("marker in an f-string", good("    total", '    text = f"""\n### BEGIN SOLUTION {a}"""\n    total'), "R3", "taken for a marker", 20, 3),
    Nasty("marker words in a string", good("import math", 'import math; print("BEGIN SOLUTION")'), "R3", "taken for a marker", 13, 2),
    Nasty("marker in a magic", good("import math", "%%html\n### BEGIN SOLUTION"), "R3", "another kind"),
    Nasty("region over two cells", good("    return total\n", f"    return total\n\n# %% nbgrader={SOLUTION.replace('add', 'more')}\n"),
          "R3", "no '### END SOLUTION' after it", 18, 3),
    Nasty("a cell begins inside of a string in a region", good("    total", '    text = """\n# %% not a cell\n"""\n    total')),
    Nasty("prose about markers", good(HEADING, f"{HEADING}# Write between ### BEGIN SOLUTION and ### END SOLUTION.\n"), "R3", "taken for a marker", 11, 1),
    Nasty("marker in an HTML comment", good("# ### BEGIN SOLUTION", "# <!-- begin solution -->"), "R3", "misspelt", 32, 5),
    Nasty("answer with a typo beside a region", good("# ### END SOLUTION\n", "# ### END SOLUTION\n# begin solution\n# Swap them.\n# end solution\n"), "R3", "misspelt", 35, 5),
    Nasty("solution cell without markers", good(BEGIN, "").replace(END, "", 1), "R3", "no region", 16, 3),
    Nasty("marker on a line with code", good(BEGIN, "    x = 1  ### BEGIN SOLUTION\n"), "R3", "taken for a marker", 18, 3),
    Nasty("prose that is no marker", good(HEADING, f"{HEADING}# The solution begins with an idea; the end is a hidden test.\n")),
    Nasty("comment that is no marker", good("import math", "import math  # begin with this, the solution needs it")),
    Nasty("indented region", good(REGION, "    if a:\n" + REGION.replace("    ", "        ") + "    return b\n")),
    Nasty("region with tabs", good(REGION, REGION.replace("    ", "\t")).replace('    """', '\t"""')),
    Nasty("mark scheme in a question", good("# ### BEGIN SOLUTION", "# ### BEGIN MARK SCHEME\n# Two points for the word.\n# ### END MARK SCHEME\n# ### BEGIN SOLUTION"), "R3", "another kind", 32, 5),
    Nasty("mark scheme that is not closed", good("# ### BEGIN SOLUTION", "# ### BEGIN MARK SCHEME\n# ### BEGIN SOLUTION"), "R3", ""),
)  # fmt: skip


def repeated(where: str, text: str | bytes, line: int = 19) -> Nasty:
    """A sealed line stands a second time; the fault names where it is sealed."""
    return Nasty(f"solution repeated in {where}", text, "R5", "is to stay hidden", line)


WITH = "with tempfile.TemporaryDirectory() as folder:\n"


def in_a_folder(text: str) -> str:
    """The module whose visible and hidden test run in a folder of their own each."""
    return text.replace("assert add(1", f"import tempfile\n{WITH}    assert add(1").replace(
        "assert add(-1", f"{WITH}    assert add(-1"
    )


MANUAL = '{"grade": true, "grade_id": "01-man", "locked": false, "points": 1, "schema_version": 3, "solution": true, "task": false}'
REPEATS = (
    repeated("prose", good(HEADING, f"{HEADING}# One writes total = a + b and is done.\n"), 20),
    repeated("prose with other spaces", good(HEADING, f"{HEADING}# One writes `total=a+b`.\n"), 20),
    repeated("prose over two lines", good(HEADING, f"{HEADING}# One writes total =\n# a + b there.\n"), 21),
    repeated("prose, short", good(REGION, f"{BEGIN}    return a + b\n{END}").replace(HEADING, f"{HEADING}# It is return a + b.\n"), 20),
    repeated("a comment", good("import math", "import math  # total = a + b"), 19),
    repeated("a docstring", good("The sum of a and b.", "total = a + b"), 19),
    repeated("another code cell", cell("total = a + b")),
    repeated("another code cell, short", good(REGION, f"{BEGIN}    return a + b\n{END}") + "\n# %%\ndef plus(a, b):\n    return a + b\n", 19),
    repeated("a HINT", good(BEGIN, f"    # HINT: total = a + b\n{BEGIN}"), 20),
    repeated("an error message", good("should be 3", "should be total = a + b"), 19),
    repeated("an f-string", good('"add(1, 2) should be 3"', 'f"{1} should be total = a + b"'), 19),
    repeated("a raw cell", cell("# total = a + b", kind="raw")),
    repeated("prose without its comment", good("total = a + b", "total = a + b  # the sum").replace(HEADING, f"{HEADING}# total = a + b\n"), 20),
    repeated("a magic cell", good("import math", "%%html\n<b>total = a + b</b>"), 20),
    repeated("an HTML entity", good("total = a + b", "less = a < b\n    total = a + b").replace(HEADING, f"{HEADING}# less = a &lt; b\n"), 20),
    repeated("an answer", good("# Why does", "# Addition commutes. Why does"), 33),
    repeated("an answer, other case", good("# Why does", "# Because addition commutes, why does"), 33),
    repeated("a hidden test in prose", good(HEADING, f'{HEADING}# assert add(-1, 1) == 0, "add(-1, 1) should be 0"\n'), 27),
    repeated("a hidden call in prose", good(SHOWN, f"add(-7, 7), add(2, -2)\n{SHOWN}").replace(HEADING, f"{HEADING}# add(-7, 7), add(2, -2)\n"), 28),
    repeated("a manual answer", cell(f"{BEGIN.strip()}\nresult = add(1, 2) * 2\n{END.strip()}", MANUAL).replace("import math", "import math  # result = add(1, 2) * 2"), 38),
    Nasty("solution repeated in a cell's title", good("# %%\nimport", "# %% A title: the sum, total of a and b\nimport")),
    Nasty("solution repeated in metadata", good("# %%\nimport", '# %% hint="total = a + b"\nimport')),
    Nasty("solution repeated in the header", good("# ---\n\n", "#   hint: total = a + b\n# ---\n\n")),
    Nasty("solution is the grade_id", good("total = a + b", "total_is_a_plus_b").replace("01-add-test", "total_is_a_plus_b"), "R5", "is to stay hidden", 19),
    Nasty("HINT inside of the region", good("    total", "    # HINTS:\n    # - secret thought\n    total")),
    Nasty("set-up that the visible part of the test has too", in_a_folder(good())),
    Nasty("set-up of a hidden test in another cell", good("assert add(-1", f"{WITH}    assert add(-1").replace("import math", f"import math\n{WITH}    pass"), "R5", "is to stay hidden", 28),
    Nasty("assert that the visible part of the test has too", good(SHOWN, f"assert add(12, 21) == 33\n{SHOWN}").replace(HIDDEN, f"assert add(12, 21) == 33\n{HIDDEN}"), "R5", "is to stay hidden", 28),
    Nasty("idiom taught before", good(REGION, f"{BEGIN}    return a + b\n{END}").replace("import math", "import math\nplus = lambda a, b: a + b")),
    Nasty("solution with brackets alone on lines", good("    total = a + b\n", "    numbers = [\n        a,\n        b,\n    ]\n    total = sum(numbers, {\n    }.get(0, 0))\n")),
    Nasty("solution that raises NotImplementedError", good("    total", "    if a is None:\n        raise NotImplementedError()\n    total")),
    Nasty("solution of words that nbformat uses", good("    total = a + b\n", "    source = outputs = metadata = a + b\n    source\n    outputs\n    total = source\n")),
)  # fmt: skip

METADATA = (
    Nasty("bad JSON", good(TEST, TEST.replace("true", "True")), "R4", "not valid JSON", 0, 4),
    Nasty("JSON cut off", good(TEST, TEST[:-1]), "R4", "not valid JSON", 0, 4),
    Nasty("nbgrader is a number", good(TEST, "5"), "R4", "no mapping", 0, 4),
    Nasty("nbgrader is a list", good(TEST, "[1]"), "R4", "no mapping", 0, 4),
    Nasty("nbgrader is a string", good(TEST, '"x"'), "R4", "no mapping", 0, 4),
    Nasty("nbgrader misspelt", good("nbgrader=" + TEST, "nbgarder=" + TEST), "R4", "nbgarder", 0, 4),
    Nasty("nbgrader in capitals", good("nbgrader=" + TEST, "Nbgrader=" + TEST), "R4", "Nbgrader", 0, 4),
    Nasty("key misspelt", good(TEST, TEST.replace('"solution"', '"soluton"')), "R4", "soluton", 0, 4),
    Nasty("grade_id missing", good(TEST, TEST.replace('"grade_id": "01-add-test", ', "")), "R4", "grade_id is None", 0, 4),
    Nasty("grade_id twice", good("01-add-test", "01-add"), "R4", "that of cell 3", 0, 4),
    Nasty("grade_id with a space", good("01-add-test", "01 add"), "R4", "'01 add'", 0, 4),
    Nasty("grade_id empty", good("01-add-test", ""), "R4", "grade_id is ''", 0, 4),
    Nasty("grade_id a number", good('"01-add-test"', "7"), "R4", "grade_id is 7", 0, 4),
    Nasty("grade_id with a lone surrogate", good("01-add-test", "\\ud800"), "R4", "grade_id is", 0, 4),
    Nasty("grade_id huge", good("01-add-test", "a" * 10_000), "R4", "10000", 0, 4),
    Nasty("key with a lone surrogate", good("# %%\nimport", '# %% {"a\\ud800b": 1}\nimport')),
    Nasty("points missing", good(TEST, TEST.replace('"points": 3, ', "")), "R4", "None points", 0, 4),
    Nasty("points negative", good('"points": 3', '"points": -3'), "R4", "-3 points", 0, 4),
    Nasty("points NaN", good('"points": 3', '"points": NaN'), "R4", "nan points", 0, 4),
    Nasty("points infinite", good('"points": 3', '"points": Infinity'), "R4", "inf points", 0, 4),
    Nasty("points too many", good('"points": 3', '"points": 1e308'), "R4", "1e+308 points", 0, 4),
    Nasty("points true", good('"points": 3', '"points": true'), "R4", "True points", 0, 4),
    Nasty("points a string", good('"points": 3', '"points": "3"'), "R4", "'3' points", 0, 4),
    Nasty("points half", good('"points": 3', '"points": 2.5')),
    Nasty("flag a string", good(TEST, TEST.replace('"grade": true', '"grade": "true"')), "R4", "'grade' is 'true'", 0, 4),
    Nasty("locked and schema missing", good(TEST, TEST.replace('"locked": true, ', "").replace('"schema_version": 3, ', ""))),
    Nasty("answer that is not graded", good('"grade": true, "grade_id": "01-why"', '"grade": false, "grade_id": "01-why"'), "R4", "not graded", 0, 5),
    Nasty("prose that is graded but no answer", good(QUESTION, QUESTION.replace('"solution": true', '"solution": false')), "R4", "no answer", 0, 5),
    Nasty("task that is code", cell("x = 1", MANUAL.replace('"task": false', '"task": true')), "R4", "task"),
    Nasty("task", cell("# Draw it.\n# ### BEGIN MARK SCHEME\n# A line is enough.\n# ### END MARK SCHEME",
        '{"grade": false, "grade_id": "01-task", "locked": true, "points": 1, "solution": false, "task": true}', "markdown")),
    Nasty("raw cell with nbgrader", cell("# x", MANUAL, "raw"), "R4", "raw cell", 0, 6),
    Nasty("manual code answer", cell("### BEGIN SOLUTION\nsecret = 42\n### END SOLUTION", MANUAL)),
    Nasty("attachment and odd cell metadata", cell("# ![x](attachment:x.png)", "", "markdown").replace("import math", "import math  # x", 1)),
    Nasty("active-ipynb", good("# %%\nimport math", '# %% tags=["active-ipynb"]\n# import math')),
    Nasty("cells with odd keywords", good("# %%\nimport math", '# %% slideshow={"slide_type": "skip"} editable=false\nimport math')),
)  # fmt: skip

BIG = 5 * 2**20
WHOLE = (
    Nasty("empty", "", "R2", "no cells"),
    Nasty("blank lines", "\n\n\n", "R2", "no cells"),
    Nasty("only prose", "# %% [markdown]\n# # Sums\n", "R2", "No cell is graded"),
    Nasty("no graded cell", "# %%\nx = 1\n", "R2", "No cell is graded"),
    Nasty("latin-1", good("The sum", "L'été").encode("latin-1"), "R2", "not UTF-8", 17),
    Nasty("UTF-16", GOOD.encode("utf-16"), "R2", "not UTF-8", 1),
    Nasty("UTF-16 without a mark", GOOD.encode("utf-16-le"), "R2", "U+0000", 1),
    Nasty("lone surrogate in UTF-8", good("The sum", "The \x00sum").encode().replace(b"\x00", b"\xed\xa0\x80"), "R2", "not UTF-8", 17),
    Nasty("NUL", good("The sum", "The \x00sum"), "R2", "U+0000", 17),
    Nasty("U+2028", good("The sum", "The \u2028sum"), "R2", "U+2028", 17),
    Nasty("form feed", good("The sum", "The \x0csum"), "R2", "U+000C", 17),
    Nasty("U+0085", good("The sum", "The \x85sum"), "R2", "U+0085", 17),
    Nasty("CRLF", GOOD.replace("\n", "\r\n")),
    Nasty("CR", GOOD.replace("\n", "\r")),
    Nasty("mixed line ends", GOOD.replace("\n", "\r\n", 20)),
    Nasty("BOM", b"\xef\xbb\xbf" + GOOD.encode()),
    Nasty("BOM and no header", b"\xef\xbb\xbf" + GOOD.partition("# ---\n\n")[2].encode()),
    Nasty("two BOMs", b"\xef\xbb\xbf" * 2 + GOOD.encode(), "R2", "U+FEFF", 1),
    Nasty("no header", GOOD.partition("# ---\n\n")[2]),
    Nasty("no line end at the end", GOOD.rstrip()),
    Nasty("non-ASCII", GOOD.replace("total", "größe").replace("Sums", "Sümmen \N{SNOWMAN} 和")),
    Nasty("syntax error", good("import math", "import"), "R2", "not Python", 13, 2),
    Nasty("syntax error in the solution", good("total = a + b", "total = = a"), "R2", "not Python", 19, 3),
    Nasty("indentation error", good("    return total", "  return total"), "R2", "not Python", 0, 3),
    Nasty("brackets 300 deep", good("import math", "(" * 300 + ")" * 300), "R2", "", 13, 2),
    Nasty("string never closed", good("The sum of a and b.\"\"\"", "The sum"), "R2", "not Python", 0, 3),
    Nasty("another language", good("language: python", "language: R"), "R2", "'R'", 1),
    Nasty("another kernel without its language", good("display_name: Python 3 (ipykernel)\n#     language: python\n#     name: python3", "display_name: R\n#     name: ir"), "R2", "'ir'", 1),
    Nasty("malformed header", good("#   kernelspec:", "#   kernelspec: [}"), "R2", "header", 1),
    Nasty("header with a tab", good("#   kernelspec:", "#\tkernelspec: {"), "R2", "header", 1),
    Nasty("header that is a list", good("# jupyter:\n#   kernelspec:", "# - jupyter\n# - a:"), "R2", "header", 1),
    Nasty("header with another type", good("#   kernelspec:", "#   kernelspec: 5\n#   other:"), "R2", "", 1),
    Nasty("header with nbformat 3", good("# jupyter:", "# jupyter:\n#   nbformat: 3")),
    Nasty("light format", GOOD.replace("# %%", "# +"), "R2", ""),
    Nasty("light format by its header", good("# jupyter:", "# jupyter:\n#   jupytext:\n#     text_representation:\n#       extension: .py\n#       format_name: light"), "R2", "light", 1),
    Nasty("sphinx format by its header", good("# jupyter:", "# jupyter:\n#   jupytext:\n#     text_representation:\n#       extension: .py\n#       format_name: sphinx"), "R2", "sphinx", 1),
    Nasty("unknown format by its header", good("# jupyter:", "# jupyter:\n#   jupytext:\n#     text_representation:\n#       extension: .py\n#       format_name: xyz"), "R2", "xyz", 1),
    Nasty("paired by its header", good("# jupyter:", "# jupyter:\n#   jupytext:\n#     formats: ipynb,py:percent")),
    Nasty("a notebook with the name of a script", '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "R2", "No cell is graded"),
    Nasty("binary", bytes(range(256)) * 10, "R2", "not UTF-8"),
    Nasty("graded test behind a magic", good('assert add(1, 2) == 3', '%%time\nassert add(1, 2) == 3'), "R2", "magic", 0, 4),
    Nasty("shell line in a cell", good("import math", "import math\n!true\n%pwd")),
    Nasty("magic cells", good("import math", "%%measure --label x\nimport math")),
    Nasty("AUTOTEST", good("assert add(1, 2) == 3", "### AUTOTEST add(1, 2)\nassert add(1, 2) == 3"), "R3", "AUTOTEST", 24, 4),
    Nasty("HASHED AUTOTEST", good("assert add(1, 2) == 3", "### HASHED AUTOTEST add(1, 2)\nassert add(1, 2) == 3"), "R3", "AUTOTEST", 24, 4),
    Nasty("imports in a region, used in a test", good("    total = a + b", "    total = a + b").replace("def add", "### BEGIN SOLUTION\nimport os\n### END SOLUTION\n\n\ndef add").replace(
        "assert add(1, 2) == 3", "assert os.sep and add(1, 2) == 3"), "R9", "os", 0, 3),
    Nasty("imports in a region, not used elsewhere", good("def add", "### BEGIN SOLUTION\nimport os\n### END SOLUTION\ndef add")),
    Nasty("visible cell of 5 MB", good("import math", "import math\n" + "x = 'abcdefghijklmnopqrstuvwxyz'\n" * (BIG // 33)), "R2", "4.8 MiB"),
    Nasty("visible line of 5 MB", good("import math", "import math\nx = '" + "a" * BIG + "'"), "R2", "5.0 MiB"),
    Nasty("visible line of 5 MB of BEGIN", good("import math", "import math\n# " + "BEGIN " * (BIG // 6)), "R2", "5.0 MiB"),
    Nasty("visible comments, 100,000 lines", good("import math", "import math\n" + "".join(f"# begin soluble {n}\n" for n in range(100_000))), "R2", "100003 lines"),
    Nasty("prose of 5 MB", good(HEADING, HEADING + "# Some words about sums.\n" * (BIG // 25)), "R2", "4.8 MiB"),
    Nasty("sealed line of 5 MB", good("total = a + b", f"total = a + b + len('{'q' * BIG}')"), "R2", "5.0 MiB"),
    Nasty("sealed region of 100,000 lines", good("    total", "".join(f"    s{n} = {n}\n" for n in range(100_000)) + "    total"), "R2", "100007 lines"),
    Nasty("100,000 cells", GOOD + "\n# %%\nx = 1\n" * 100_000, "R2", "cells"),
    Nasty("100,000 markers", good(REGION, REGION * 50_000), "R2", "200003 lines"),
    Nasty("visible cell of half a MB", good("import math", "import math\n" + "x = '" + "a" * 120 + "'\n") * 1 + "\n# %%\n" + ("x = '" + "a" * 120 + "'\n") * 4000),
    Nasty("visible cells of 2 MB", GOOD + ("\n# %%\ny = '" + "ab" * 500_000 + "'\n") * 2),
    Nasty("sealed region of 4,000 lines", good("    total", "".join(f"    s{n} = {n} + a\n" for n in range(4_000)) + "    total")),
    Nasty("sealed regions of 9,000 lines", good("    total", "".join(f"    s{n} = {n}\n" for n in range(9_000)) + "    total"), "R2", "hides 900"),
    Nasty("900 cells", GOOD + "\n# %%\nx = 1\n" * 900),
    Nasty("60 MB", "# " + "a" * (60 * 2**20), "R2", "60 MiB"),
)  # fmt: skip

ALL = (*MARKERS, *REPEATS, *METADATA, *WHOLE)
