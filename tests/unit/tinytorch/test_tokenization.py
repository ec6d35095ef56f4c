"""Tokenizers: text there and back, merges against a slow reference that counts anew every time, and what they refuse."""

import copy
import json
import os
import pickle
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinytorch as tiny
from tinytorch import BPETokenizer, CharTokenizer, Tokenizer
from tinytorch.core.tokenization import apply_merges, count_words, learn_merges, look_up, merge, split_words, to_bytes
from tinytorch.data import shakespeare

Words = dict[tuple[int, ...], int]

PLAY = shakespeare()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
HARD = [
    "",
    " ",
    "a",
    "\x00",
    "  two  blanks  ",
    "\r\n\t\v\f\x1c\x85\u2028\u3000",
    "naïve — Ωmega 日本語 한국어 עברית हिन्दी",
    "e\u0301 is not \u00e9",
    "👩‍👩‍👧‍👦 🇩🇪 😀",
    "\U0010ffff\ufffd\ufeff",
    "don't stop_me 3.14 --now!!",
    "x" * 5000,
    "<unk>",
]


@pytest.fixture(scope="module")
def trained() -> BPETokenizer:
    tokenizer = BPETokenizer(800)
    tokenizer.train(PLAY[:100_000])
    return tokenizer


def reference_merges(words: Words, most: int) -> list[tuple[int, int]]:
    """All pairs counted after every merge, on strings with one character for each id; str.replace does the merge."""
    texts = [("".join(map(chr, word)), times) for word, times in words.items()]
    merges: list[tuple[int, int]] = []
    while len(merges) < most:
        counts: dict[str, int] = {}
        for text, times in texts:
            for i in range(len(text) - 1):
                counts[text[i : i + 2]] = counts.get(text[i : i + 2], 0) + times
        frequent = [pair for pair, count in counts.items() if count >= 2 and count == max(counts.values())]
        if not frequent:
            break
        best = sorted(frequent)[0]
        texts = [(text.replace(best, chr(256 + len(merges))), times) for text, times in texts]
        merges.append((ord(best[0]), ord(best[1])))
    return merges


def reference_ids(text: str, merges: list[tuple[int, int]]) -> list[int]:
    """Every merge in its order, on every word."""
    ids: list[int] = []
    for word in split_words(text):
        spelled = word.encode().decode("latin-1")
        for k, (first, second) in enumerate(merges):
            spelled = spelled.replace(chr(first) + chr(second), chr(256 + k))
        ids += map(ord, spelled)
    return ids


# Bytes and words


@given(TEXTS)
def test_words_together_are_the_text(text: str) -> None:
    assert "".join(split_words(text)) == text
    assert all(split_words(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Who's there?", ["Who", "'", "s", " there", "?"]),
        ("a  b", ["a", " ", " b"]),
        ("end.\n\nBer.\n", ["end", ".", "\n", "\n", "Ber", ".", "\n"]),
        ("to be,\tor not ", ["to", " be", ",", "\t", "or", " not", " "]),
        ("naïve 日本 42", ["naïve", " 日本", " 42"]),
    ],
)
def test_a_word_has_the_blank_before_it(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_words_are_counted_by_their_bytes() -> None:
    assert count_words("é a a a") == {(0xC3, 0xA9): 1, (32, 97): 3}
    assert count_words(["a b", "b", " b"]) == {(97,): 1, (32, 98): 2, (98,): 1}
    assert count_words("") == count_words([]) == {}


@pytest.mark.parametrize("half", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_half_a_surrogate_pair_is_refused_by_name(half: int, trained: BPETokenizer) -> None:
    for refuse in (to_bytes, trained.encode, trained.train, BPETokenizer(300).train):
        with pytest.raises(ValueError, match=f"U\\+{half:04X}, half of a surrogate pair"):
            refuse(f"a {chr(half)}")
    assert trained.vocab_size == 800


# Training


@settings(deadline=None)
@given(
    st.dictionaries(
        st.lists(st.integers(0, 2), max_size=12).map(tuple) | st.lists(st.integers(0, 255), max_size=6).map(tuple),
        st.integers(1, 5),
        max_size=12,
    ),
    st.integers(0, 40),
)
def test_merges_are_those_of_the_reference(words: Words, most: int) -> None:
    before = dict(words)
    assert learn_merges(words, most) == reference_merges(words, most)
    assert words == before


def test_merges_of_a_play_are_those_of_the_reference() -> None:
    words = count_words(PLAY[:10_000])
    assert learn_merges(words, 150) == reference_merges(words, 150)


def test_the_most_frequent_pair_comes_first_then_the_smallest() -> None:
    assert learn_merges({(9, 9): 2, (5, 1): 4, (2, 9): 4, (2, 7): 4, (3, 3): 1}, 9) == [(2, 7), (2, 9), (5, 1), (9, 9)]
    assert learn_merges({(1, 2, 1, 2): 1, (300,): 9}, 9) == [(1, 2)]
    assert learn_merges({(7, 7, 7): 1}, 9) == [(7, 7)]  # the neighbours overlap, and count twice


def test_the_order_of_words_and_the_hash_seed_change_nothing() -> None:
    words = list(count_words(PLAY[:20_000]).items())
    first = learn_merges(dict(words), 200)
    random.Random(1).shuffle(words)
    assert learn_merges(dict(words), 200) == first
    code = (
        "from tinytorch.core.tokenization import *; from tinytorch.data import shakespeare; "
        "print(learn_merges(count_words(shakespeare()[:20_000]), 200))"
    )
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        assert ran.stdout.decode().strip() == str(first)


def test_a_smaller_vocabulary_is_the_beginning_of_a_larger_one(trained: BPETokenizer) -> None:
    small = BPETokenizer(400)
    small.train(PLAY[:100_000])
    assert small.merges == trained.merges[:144]
    assert BPETokenizer(400, trained.merges).vocab == small.vocab == trained.vocab[:400]


def test_a_text_its_words_and_its_parts_train_the_same(trained: BPETokenizer) -> None:
    for parts in (split_words(PLAY[:100_000]), [PLAY[:100_000]], iter(split_words(PLAY[:100_000]))):
        again = BPETokenizer(800)
        again.train(parts)
        assert again.merges == trained.merges


def test_training_ends_where_no_pair_occurs_twice() -> None:
    tokenizer = BPETokenizer(1000)
    tokenizer.train("abc abd")
    assert [tokenizer.decode([i]) for i in range(256, tokenizer.vocab_size)] == ["ab"]
    tokenizer.train("")
    assert tokenizer.vocab_size == 256
    tokenizer.train("xyxyxy")
    assert tokenizer.vocab[256:] == [b"xy", b"xyxy"]


def test_training_again_forgets_the_words_of_before() -> None:
    tokenizer = BPETokenizer(257)
    tokenizer.train("aaaa")
    assert tokenizer.encode("aabb") == [256, 98, 98]
    tokenizer.train("bbbb")
    assert tokenizer.encode("aabb") == [97, 97, 256]


# Encoding and decoding


@given(TEXTS)
def test_any_text_comes_back(trained: BPETokenizer, text: str) -> None:
    ids = trained.encode(text)
    assert trained.decode(ids) == text
    assert len(ids) <= len(text.encode())
    assert all(type(i) is int and 0 <= i < 800 for i in ids)
    assert BPETokenizer(256).encode(text) == list(text.encode())


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_any_text_comes_back_from_merges_of_any_text(corpus: str, text: str) -> None:
    tokenizer = BPETokenizer(400)
    tokenizer.train(corpus)
    for one in (corpus, text, corpus + text):
        assert tokenizer.decode(tokenizer.encode(one)) == one


@pytest.mark.parametrize("text", HARD)
def test_hard_texts_come_back(trained: BPETokenizer, text: str) -> None:
    assert trained.decode(trained.encode(text)) == text
    tokenizer = CharTokenizer()
    tokenizer.build_vocab(text)
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_ids_are_those_of_a_replay_of_all_merges(trained: BPETokenizer) -> None:
    for text in (PLAY[500_000:510_000], *HARD[:-2]):
        assert trained.encode(text) == reference_ids(text, trained.merges)
    assert len(trained.encode(PLAY[500_000:510_000])) < 5500


@given(st.lists(st.integers(0, 3), max_size=20), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), unique=True))
def test_rank_decides_whatever_the_merges_are(ids: list[int], merges: list[tuple[int, int]]) -> None:
    spelled = ids
    for k, pair in enumerate(merges):
        spelled = merge(spelled, pair, 256 + k)
    assert apply_merges(ids, {pair: k for k, pair in enumerate(merges)}) == spelled


def test_kept_words_are_not_the_ones_given_out_and_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = BPETokenizer(256)
    tokenizer.encode("ab").clear()
    assert tokenizer.encode("ab") == [97, 98]
    monkeypatch.setattr(BPETokenizer, "KEPT", 3)
    for i in range(10):
        assert tokenizer.decode(tokenizer.encode(f"w{i}")) == f"w{i}"
        assert len(tokenizer._known) <= 3


def test_ids_may_be_of_numpy(trained: BPETokenizer) -> None:
    ids = np.array(trained.encode("To be, or not"))
    assert ids.dtype == np.int64
    assert trained.decode(ids) == "To be, or not"
    assert CharTokenizer("ab").decode(np.array([1, 0], np.uint8)) == "ba"


def test_bytes_that_are_no_text_become_the_replacement_character(trained: BPETokenizer) -> None:
    assert trained.decode([97, 0xC3]) == "a\ufffd"
    assert trained.decode([0xFF, 98]) == "\ufffdb"
    assert trained.decode([]) == ""


@pytest.mark.parametrize("wrong", [-1, -800, 800, 10**9])
def test_an_id_that_does_not_exist_is_refused(trained: BPETokenizer, wrong: int) -> None:
    with pytest.raises(IndexError, match=f"^Id {wrong} is none of this vocabulary's, which are 0 to 799.$"):
        trained.decode([5, wrong])
    with pytest.raises(IndexError, match=rf"^Id {wrong} .* 0 to 1.$"):
        CharTokenizer("ab").decode([wrong])
    with pytest.raises(IndexError, match=str(wrong)):
        look_up(iter([wrong]), ["a"])


@pytest.mark.parametrize("size", [255, 0, -1])
def test_fewer_ids_than_bytes_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"at least 256 ids, got vocab_size={size}"):
        BPETokenizer(size)


def test_a_merge_of_an_id_that_comes_later_is_refused() -> None:
    with pytest.raises(IndexError, match="Id 257"):
        BPETokenizer(300, [(97, 98), (257, 97)])


# Characters


def test_characters_have_ids_in_the_order_of_their_code_points() -> None:
    tokenizer = CharTokenizer()
    assert tokenizer.vocab_size == 0
    tokenizer.build_vocab(["banana", "no"])
    assert tokenizer.vocab == ["a", "b", "n", "o"]
    assert tokenizer.encode("boa") == [1, 3, 0]
    tokenizer.build_vocab("cab")
    assert (tokenizer.vocab_size, tokenizer.encode("abc")) == (3, [0, 1, 2])


@given(TEXTS | st.text())
def test_a_text_of_the_vocabulary_comes_back(text: str) -> None:
    tokenizer = CharTokenizer()
    tokenizer.build_vocab([text, "x"])
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert CharTokenizer(tokenizer.vocab).encode(text) == tokenizer.encode(text)


def test_an_unknown_character_is_named_or_gets_its_id() -> None:
    with pytest.raises(ValueError, match=r"^'\?' is none of the vocabulary's 2 characters; unk=True"):
        CharTokenizer("ab").encode("ab??")
    with pytest.raises(ValueError, match="'a' is none"):
        CharTokenizer().encode("a")
    tokenizer = CharTokenizer("ab", unk=True)
    assert tokenizer.vocab == ["<unk>", "a", "b"]
    assert tokenizer.encode("b?a<") == [2, 0, 1, 0]
    assert tokenizer.decode([2, 0]) == "b<unk>"
    tokenizer.build_vocab("cd")
    assert tokenizer.encode("dx") == [2, 0]
    assert (
        CharTokenizer(tokenizer.vocab).encode("dx") == CharTokenizer(tokenizer.vocab, unk=True).encode("dx") == [2, 0]
    )


@pytest.mark.parametrize(("vocab", "named"), [("aba", "'a' 2 times"), (["a", "bc"], "'bc'"), (["a", ""], "''")])
def test_a_vocabulary_of_anything_but_characters_is_refused(vocab: list[str], named: str) -> None:
    with pytest.raises(ValueError, match=f"single characters, each once, got {named}"):
        CharTokenizer(vocab)


# Files


def test_saved_and_loaded_they_are_the_same(trained: BPETokenizer, tmp_path: Path) -> None:
    text = PLAY[:500]
    characters = CharTokenizer(unk=True)
    characters.build_vocab("é😀\udc00 aeiou")
    for tokenizer in (trained, characters, BPETokenizer(256), CharTokenizer()):
        path = tmp_path / "tokenizer.json"
        tokenizer.save(path)
        again = type(tokenizer).load(str(path))
        assert (again.vocab, again.vocab_size) == (tokenizer.vocab, tokenizer.vocab_size)
        if tokenizer.vocab_size > 0:
            assert again.encode(text) == tokenizer.encode(text)
        assert [file.name for file in tmp_path.iterdir()] == ["tokenizer.json"]


def test_a_failed_save_leaves_the_old_file(
    trained: BPETokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tokenizer.json"
    trained.save(path)
    before = path.read_bytes()

    def fail(*args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        BPETokenizer(256).save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "content", ["", "no JSON", "[]", "{}", "3", json.dumps({"kind": "CharTokenizer", "vocab": []})]
)
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.json holds no BPETokenizer that was saved"):
        BPETokenizer.load(path)
    with pytest.raises(FileNotFoundError):
        BPETokenizer.load(tmp_path / "none.json")


def test_they_can_be_copied_and_pickled(trained: BPETokenizer) -> None:
    for again in (copy.deepcopy(trained), pickle.loads(pickle.dumps(trained))):
        assert again.encode(PLAY[:300]) == trained.encode(PLAY[:300])


# What it costs, counted


def test_training_touches_only_the_words_of_each_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    from tinytorch.core import tokenization

    looked: Counter[int] = Counter()

    def counting(ids: list[int], pair: tuple[int, int], new: int) -> list[int]:
        looked[new] += 1
        return merge(ids, pair, new)

    monkeypatch.setattr(tokenization, "merge", counting)
    words = count_words(PLAY[:50_000])
    merges = learn_merges(words, 500)
    assert len(looked) == len(merges) == 500
    assert sum(looked.values()) < 10 * len(words)  # recounting: 500 times
    assert sum(looked[256 + k] for k in range(450, 500)) < sum(looked[256 + k] for k in range(50)) / 5


def test_a_word_is_merged_once_however_often_it_occurs(monkeypatch: pytest.MonkeyPatch) -> None:
    from tinytorch.core import tokenization

    tokenizer, calls = BPETokenizer(256), []
    monkeypatch.setattr(tokenization, "apply_merges", lambda ids, ranks: calls.append(ids) or apply_merges(ids, ranks))
    tokenizer.encode("to be or not to be")
    tokenizer.encode("not to be")
    assert calls == [b"to", b" be", b" or", b" not", b" to", b"not"]


# Names


def test_a_tokenizer_of_one_s_own_says_what_it_lacks() -> None:
    class Silent(Tokenizer):
        vocab = ("a",)

    assert Silent().vocab_size == 1
    for call in (lambda: Silent().encode("a"), lambda: Silent().decode([0])):
        with pytest.raises(NotImplementedError, match="Silent needs a method"):
            call()


def test_the_names_are_the_public_ones() -> None:
    assert tiny.BPETokenizer is BPETokenizer
    assert issubclass(BPETokenizer, Tokenizer)
    assert issubclass(CharTokenizer, Tokenizer)
