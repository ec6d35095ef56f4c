"""Hostile submissions: what each does, what harm is, which layers stop it, and whether it can gain points.

``layers`` are those that stop the harm, each alone: it gets through only when all of them are off. With none, it is stopped by
what cannot be switched off (named in ``stopped``). The table of docs/grading-engine.md is made of these cases.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from tinytorch_lab.course.grading.engine.layers import standing
from tinytorch_lab.course.grading.model import DIED, NEEDS_MANUAL, OUT_OF_MEMORY, TIMED_OUT

SCORED = NEEDS_MANUAL
"""The submission is right but for its attack; its written answer waits for a reader."""


@dataclass(frozen=True)
class Attack:
    """``code`` runs in an exercise cell and prints HARM where it succeeded; {names} in it are filled in by the test."""

    name: str
    code: str
    state: str
    layers: tuple[str, ...] = ()
    stopped: str = ""
    gains: str = ""
    aims: str = "double"
    ends: str = ""
    cell_cpu_s: float = 0.3

    def row(self) -> str:
        """Its line of the table in docs/grading-engine.md."""
        alone = " or ".join(f"`{name}`" for name in self.layers)
        ends = self.ends or ("scored as any other" if self.state == SCORED else self.state)
        gains = f"yes: {self.gains}" if self.gains else "no"
        return f"| {self.name} | {ends} | {self.stopped or alone or 'nothing'} | {gains} |"


def _caught(code: str) -> str:
    body = "\n".join("    " + line for line in code.strip().splitlines())
    return f"try:\n{body}\nexcept Exception as error:\n    print('stopped', error)"


BY_ROOT = os.getuid() == 0 and standing().uid is None
"""The kernel's limit on processes does not count for root, which a submission is where no other user can read Python."""

ATTACKS = [
    Attack("endless loop", "while True: pass", TIMED_OUT, stopped="a timer on CPU time in its own process"),
    Attack(
        "endless loop that swallows interrupts",
        "import time\nwhile time.process_time() < 4:\n    try:\n        while time.process_time() < 4: pass\n"
        "    except KeyboardInterrupt: pass\nprint('HARM')",
        TIMED_OUT,
        ("watch", "limits"),
        cell_cpu_s=0.1,
    ),
    Attack(
        "fork bomb",
        "import os, time\nfor _ in range(60):\n    try:\n        if os.fork() == 0: time.sleep(2); os._exit(0)\n"
        "    except BlockingIOError: break\n    time.sleep(0.01)\nelse: print('HARM')",
        DIED if BY_ROOT else SCORED,
        ("watch",) if BY_ROOT else ("watch", "limits"),
        "`watch`; also `limits` where the submission is not root's",
        ends="kernel died, or scored as any other where `limits` stops it",
    ),
    Attack(
        "memory bomb",
        "import time; block = np.ones(12 * 2**20); time.sleep(0.2); print('HARM')",
        OUT_OF_MEMORY,
        ("limits", "watch"),
    ),
    Attack(
        "1 GB of output", "text = 'x' * 2**20\nfor _ in range(1000): print(text)", SCORED, stopped="a limit on output"
    ),
    Attack("os._exit", "import os; os._exit(0)", DIED, stopped="a process of its own"),
    Attack(
        "deletes files", _caught("import os; os.remove('{place}/victim'); print('HARM')"), SCORED, ("landlock", "mount")
    ),
    Attack("reads solutions", _caught("print('HARM', open('{place}/source.ipynb').read())"), SCORED, ("landlock",)),
    Attack(
        "writes the gradebook",
        _caught("open('{place}/gradebook.db', 'a').write('x'); print('HARM')"),
        SCORED,
        ("landlock", "mount"),
    ),
    Attack(
        "changes permissions",
        _caught("import os; os.chmod('{place}/victim', 0o600); print('HARM')"),
        SCORED,
        ("mount",) if standing().uid is None else ("mount", "user"),
        "`mount`; also `user` under a grader that is root, where another user can read Python",
    ),
    Attack(
        "imports the answer from the library",
        _caught("from tinytorch.core.tensor import Tensor; print('HARM')"),
        SCORED,
        ("mask", "landlock"),
    ),
    Attack(
        "reads the answer in the library's files",
        _caught(
            "import tinytorch, glob, os\nroot = os.path.dirname(tinytorch.__file__)\n"
            "for file in [root + '/core/tensor.py', *glob.glob(root + '/core/__pycache__/tensor.*')]:\n"
            "    if open(file, 'rb').read(): print('HARM')"
        ),
        SCORED,
        ("landlock",),
    ),
    Attack(
        "forges a reply",
        "import os, struct, json\ntext = json.dumps(dict(token='guess', outputs=[])).encode()\n"
        "os.write(3, struct.pack('>I', len(text)) + text)",
        DIED,
        stopped="a random token for each cell",
    ),
    Attack(
        "floods the grader's channel",
        "import os\nos.write(3, b'\\xff' * 2**20)",
        DIED,
        stopped="a limit on the length of a message",
    ),
    Attack(
        "TCP to the network",
        _caught("import socket; socket.create_connection(('127.0.0.1', {tcp}), 2); print('HARM')"),
        SCORED,
        ("net", "landlock"),
    ),
    Attack(
        "UDP to the network",
        _caught(
            "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {tcp})); print('HARM')"
        ),
        SCORED,
        ("net",),
    ),
    Attack(
        "asks a local program, such as Docker, over a Unix socket",
        _caught("import socket; socket.socket(socket.AF_UNIX).connect('{place}/socket'); print('HARM')"),
        SCORED,
        ("seccomp",),
    ),
    Attack(
        "kills another process", _caught("import os; os.kill({victim}, 9); print('HARM')"), SCORED, ("pid", "landlock")
    ),
    Attack(
        "leaves processes behind",
        "import os, subprocess\nif os.fork() == 0:\n    os.setsid()\n"
        "    subprocess.Popen(['/bin/sleep', '{mark}'])\n    os._exit(0)\nos.wait()",
        SCORED,
        stopped="its supervisor, which adopts and ends what is left (without `pid` too)",
    ),
    Attack(
        "fills the disk with many files",
        _caught("for number in range(12): open(str(number), 'wb').write(bytes(2**19))\nprint('HARM')"),
        SCORED,
        ("mount",),
    ),
    Attack(
        "fills the disk with one file",
        _caught("with open('big', 'wb') as file:\n    for _ in range(12): file.write(bytes(2**19))\nprint('HARM')"),
        SCORED,
        ("limits", "mount"),
    ),
    Attack(
        "reads others' shared memory",
        _caught("import ctypes\nassert ctypes.CDLL(None).shmget({key}, 0, 0) >= 0, 'no such segment'\nprint('HARM')"),
        SCORED,
        ("ipc",),
    ),
    Attack(
        "uses the rights of root",
        _caught("import os; os.setpriority(os.PRIO_PROCESS, 0, -5); print('HARM')"),
        SCORED,
        ("user",),
    ),
]
"""For the last one the grader must be root: the test leaves it out elsewhere."""

WRONG = "def double(x):\n    return 0\n"
CHEATS = [
    Attack("patches the checker", WRONG + "np.allclose = lambda *_, **__: True", SCORED, ("guard",)),
    Attack(
        "AST transformer that drops asserts",
        "def triple(x):\n    return 0\nimport ast\nclass Drop(ast.NodeTransformer):\n"
        "    def visit_Assert(self, node): return ast.Pass()\nget_ipython().ast_transformers.append(Drop())",
        SCORED,
        ("guard",),
        aims="triple",
    ),
    Attack(
        "changes the given helper from inside",
        WRONG + "gives.__code__ = (lambda expected, got: None).__code__",
        SCORED,
        gains="tests run in the same process as what they test; an audit reads submissions, and written answers count",
    ),
]
"""These answer wrongly and try to get the points of the test of ``aims`` all the same."""
