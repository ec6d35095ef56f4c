# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Module 10: Tokenization
# **You build** the way from ids to pieces, and byte-pair encoding (BPE), which learns from a text which pieces deserve an id. Its training comes twice, by recounting and
# by keeping counts. Given classes hold the functions: `CharTokenizer`, with one id for each character, and `BPETokenizer`.
#
# **You measure** what training costs by the length of the text and the number of merges (`%%complexity`), what keeping counts saves in time and
# costs in memory (`%%measure`), and how much shorter texts become with a larger vocabulary.
#
# **Prerequisites:** none but Python. **Unlocks:** models that read and write text: what they take and give are ids.

# %% [markdown]
# ## Part 1: Foundations
# A model computes with numbers, so text becomes a list of ids, and each id that exists has numbers of its own in the model. The choice of pieces trades two costs:
# many different pieces make the model large, few make the lists long.
#
# | pieces | ids | list for a text of N bytes | what has no id |
# |---|---|---|---|
# | characters of a text | as many as it has | at most N | every other character |
# | bytes | 256 | N | nothing |
# | bytes and M merges | 256 + M | N divided by the bytes per token, c | nothing |
# | words | without end | shortest | every new word |
#
# BPE (Gage, 1994; Sennrich and others, 2016) starts with bytes. M times it takes the most frequent pair of neighbours and gives it an id. With W different words
# of L bytes on average, the plain way looks at all of them each time: $M \cdot W \cdot L$ steps. Only the words that hold the pair need a look.

# %%
#| default_exp core.tokenization
#| export
"""Tokenization: text as lists of ids and back, by characters or by byte pairs that are learned from text."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

Pair = tuple[int, int]
UNKNOWN = "<unk>"
BYTES = 256  # the ids of the single bytes; merges follow

# %% nbgrader={"grade": false, "grade_id": "10-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
import random
from tempfile import TemporaryDirectory

from tinytorch.data import shakespeare

play = shakespeare()

def tried(function, *args):
    """The result of ``function``; what it raises instead is a failed test."""
    try:
        return function(*args)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        raise AssertionError(f"{function.__name__} raised {error!r}") from error

def refuses(error, words, function, *args):
    """Fail unless ``function`` refuses its arguments: it must raise ``error``, with all ``words`` in the message."""
    try:
        result = function(*args)
    except Exception as caught:
        result = caught
    named = isinstance(result, error) and all(word in str(result) for word in words)
    assert named, f"{function.__name__} should raise {error.__name__} with {words} in its message, got {result!r}"

def same(got, expected, what):
    """Fail unless both are equal and of one type."""
    assert type(got) is type(expected) and got == expected, f"{what}: expected {expected!r}, got {got!r}"

# %% [markdown]
# ### 1.1 From ids to pieces
# A list holds the piece of each id. Python takes `vocab[-1]` for the last one; as an id it is a mistake somewhere else, and should not become text.

# %% nbgrader={"grade": false, "grade_id": "10-look-up", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def look_up(ids: Iterable[int], vocab: Sequence[Any]) -> list[Any]:
    """The token of each id. IndexError, naming id and range, for one that is not in 0 .. ``len(vocab) - 1``."""
    # TODO: check every id, then take its token.
    # APPROACH: for each id: raise if it is too small or too large, else vocab[id].
    # HINTS: 0 <= i < n.
    ### BEGIN SOLUTION
    found = []
    for i in ids:
        if not 0 <= i < len(vocab):
            raise IndexError(f"Id {i} is none of this vocabulary's, which are 0 to {len(vocab) - 1}.")
        found.append(vocab[i])
    return found
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "10-look-up-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def test_look_up():
    same(tried(look_up, [2, 0, 2], ["a", "b", "c"]), ["c", "a", "c"], "ids 2, 0, 2")
    refuses(IndexError, ["-1"], look_up, [0, -1], ["a", "b"])
    ### BEGIN HIDDEN TESTS
    refuses(IndexError, ["2", "0 to 1"], look_up, [0, 2], ["a", "b"])
    same(tried(look_up, iter([0, 1]), [b"\xff", b"ab"]), [b"\xff", b"ab"], "bytes")
    ### END HIDDEN TESTS
test_look_up()

# %% [markdown]
# ### 1.2 Bytes and words
# Given: UTF-8 writes every character as one to four bytes, so 256 ids are enough for any text. A text is cut into words, each with the blank in front of it, so that no
# id holds the end of one word and the start of the next; together they are the text again. Each different word is kept once, with how often it occurs.

# %%
#| export
_WORD = re.compile(r" ?\w+| ?[^\w\s]+|\s+(?!\S)|\s+")

def to_bytes(text: str) -> bytes:
    """The UTF-8 bytes of ``text``. ValueError if it holds half of a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        half = ord(text[error.start])
        raise ValueError(f"The text holds U+{half:04X}, half of a surrogate pair: that is no character and has no bytes.") from None

def split_words(text: str) -> list[str]:
    """Letters and digits, or other signs, each run with one blank before it; white space else. Joined they are the text."""
    return _WORD.findall(text)

def count_words(texts: str | Iterable[str]) -> Counter[tuple[int, ...]]:
    """How often each word occurs in a text or in several, by its bytes."""
    texts = [texts] if isinstance(texts, str) else texts
    words = Counter(word for text in texts for word in split_words(text))
    return Counter({tuple(to_bytes(word)): times for word, times in words.items()})

# %% [markdown]
# ### 1.3 Pairs
# Every two neighbours in a word are a pair. A word that occurs ten times counts its pairs ten times.

# %% nbgrader={"grade": false, "grade_id": "10-pairs", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def count_pairs(words: Mapping[tuple[int, ...], int]) -> Counter[Pair]:
    """How often each pair of neighbours occurs; ``words`` says how often each word does. ``(1, 1, 1)`` holds ``(1, 1)`` twice."""
    # TODO: add every word's count to each of its pairs.
    # APPROACH: an empty Counter; for each word and its count, for each pair of neighbours: add.
    # HINTS: words.items(); pairwise(word) gives the neighbours; a Counter gives 0 for what it has not seen.
    ### BEGIN SOLUTION
    counts: Counter[Pair] = Counter()
    for word, times in words.items():
        for pair in pairwise(word):
            counts[pair] += times
    return counts
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "10-pairs-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def test_count_pairs():
    same(tried(count_pairs, {(1, 2, 1, 2): 3, (2, 1): 2}), Counter({(1, 2): 6, (2, 1): 5}), "3 times 1212 and 2 times 21")
    ### BEGIN HIDDEN TESTS
    same(tried(count_pairs, {(7, 7, 7): 4, (8,): 9, (): 1}), Counter({(7, 7): 8}), "three in a row; short words")
    word = tuple(play[:500].encode())
    counted = tried(count_pairs, {word: 2})
    assert sum(counted.values()) == 998 and all(counted[p] == 2 * sum(word[i : i + 2] == p for i in range(499)) for p in counted)
    ### END HIDDEN TESTS
test_count_pairs()

# %% [markdown]
# ### 1.4 A merge
# The pair becomes one id, from left to right; in a row of three equal ids the first two are the pair.

# %% nbgrader={"grade": false, "grade_id": "10-merge", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def merge(ids: Sequence[int], pair: Pair, new: int) -> list[int]:
    """``ids`` with ``new`` for each ``pair`` of neighbours, from left to right, as a new list."""
    # TODO: go through the ids, by one or by two at a time.
    # APPROACH: 1. while there are ids left: 2. if the pair starts here, append new and go on behind it; 3. else append the id.
    # HINTS: a while loop with an index; the last id has no neighbour.
    ### BEGIN SOLUTION
    merged, i = [], 0
    while i < len(ids):
        if i + 1 < len(ids) and ids[i] == pair[0] and ids[i + 1] == pair[1]:
            merged.append(new)
            i += 2
        else:
            merged.append(ids[i])
            i += 1
    return merged
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "10-merge-test", "locked": true, "points": 11, "schema_version": 3, "solution": false, "task": false}
def test_merge():
    same(tried(merge, [1, 2, 1, 2, 1], (1, 2), 9), [9, 9, 1], "12 becomes 9 in 12121")
    same(tried(merge, (7, 7, 7), (7, 7), 8), [8, 7], "77 becomes 8 in 777")
    ### BEGIN HIDDEN TESTS
    ids = [3, 1, 3, 2, 2]
    assert tried(merge, ids, (2, 1), 9) == ids is not merge(ids, (2, 1), 9) and tried(merge, ids, (3, 1), 9) and ids == [3, 1, 3, 2, 2], "a new list"
    same(tried(merge, ids, (3, 2), 9), [3, 1, 9, 2], "3 with another neighbour stays")
    same(tried(merge, ids, (2, 2), 9), [3, 1, 3, 9], "at the end")
    same([tried(merge, short, (1, 1), 2) for short in ([], [1], [1, 1], [1, 1, 1, 1])], [[], [1], [2], [2, 2]], "short ones")
    ### END HIDDEN TESTS
test_merge()

# %% [markdown]
# ### 1.5 Training, by recounting
# Count all pairs, merge the most frequent one everywhere, and again: of several the smallest as a tuple, so that every machine learns the same. A pair that
# occurs once is not worth an id. The merges, in their order, are all that BPE learns: the k-th, from 0, makes id `BYTES + k`.

# %% nbgrader={"grade": false, "grade_id": "10-recounting", "locked": false, "schema_version": 3, "solution": true, "task": false}
def merges_by_recounting(words, most):
    """At most ``most`` pairs in the order of their merges, from words (tuples of bytes) and how often each occurs.

    The most frequent pair comes first, of several the smallest; none that occurs once.
    """
    # TODO: the loop.
    # APPROACH: until there are enough: 1. count. 2. the least pair by (minus its count, pair); stop if it occurs less than twice.
    # 3. all words with that pair merged. 4. note the pair.
    # HINTS: min(counts, key=..., default=None), and a Counter gives 0 for None; {tuple(merge(word, ...)): times for ... in words.items()}.
    ### BEGIN SOLUTION
    merges = []
    while len(merges) < most:
        counts = count_pairs(words)
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if counts[best] < 2:
            break
        words = {tuple(merge(word, best, BYTES + len(merges))): times for word, times in words.items()}
        merges.append(best)
    return merges
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "10-recounting-test", "locked": true, "points": 11, "schema_version": 3, "solution": false, "task": false}
def test_merges_by_recounting():
    words = {(1, 2, 3): 5, (2, 3, 2, 3): 2, (4, 1): 1}
    same(tried(merges_by_recounting, words, 2), [(2, 3), (1, 256)], "23 occurs 9 times, then 1 before it 5 times")
    assert words == {(1, 2, 3): 5, (2, 3, 2, 3): 2, (4, 1): 1}, "the words given must not change"
    ### BEGIN HIDDEN TESTS
    same(tried(merges_by_recounting, words, 9), [(2, 3), (1, 256), (256, 256)], "41 occurs once")
    same(tried(merges_by_recounting, {(5, 5, 5, 5, 5): 1}, 9), [(5, 5)], "5555 5: then 256 256 5, each pair once")
    same(tried(merges_by_recounting, words, 0), [], "none")
    same(tried(merges_by_recounting, {(9, 9): 2, (5, 1): 4, (2, 9): 4, (2, 7): 4, (3, 3): 1}, 4), [(2, 7), (2, 9), (5, 1), (9, 9)], "ties")
    words = count_words(play[:600])
    same(tried(merges_by_recounting, words, 9), [(101, 114), (32, 67), (116, 105), (32, 116), (111, 114), (97, 110), (101, 110), (111, 117), (114, 258)], "a play")
    ### END HIDDEN TESTS
test_merges_by_recounting()

# %% [markdown]
# ### 1.6 Training, by keeping counts
# A merge changes only the words that hold its pair, and only pairs with the new id become more frequent. So remember in which words each pair is, and correct the counts
# there. A *heap* gives the most frequent pair without looking at all. If its count has fallen since it was pushed, it goes back with the count of today.
# **Predict** how many times longer recounting takes for 100 merges: behind the test you measure it.

# %% nbgrader={"grade": false, "grade_id": "10-learn", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def learn_merges(words: Mapping[tuple[int, ...], int], most: int) -> list[Pair]:
    """At most ``most`` pairs in the order of their merges (Sennrich and others, 2016); the k-th, from 0, makes id 256 + k.

    ``words`` are tuples of bytes and how often each occurs. The most frequent pair comes first, of several the smallest; none that occurs once.
    """
    # TODO: the result of merges_by_recounting, looking only at words that change.
    # APPROACH: 1. count once; for each pair the set of (numbers of) words that hold it; a heap of (-count, pair). 2. pop: an entry whose count has
    # fallen goes back; below 2 it is over. 3. each word of the pair: its old pairs out of the counts, merge, its new pairs in. 4. pairs with the
    # new id: remember the word, and push them when all words are done.
    # HINTS: lists of words and of times, by number. The heap's smallest entry is the most frequent pair, of several the smallest.
    ### BEGIN SOLUTION
    counts, times = count_pairs(words), list(words.values())
    spelled: list[Sequence[int]] = list(words)
    places: dict[Pair, set[int]] = {pair: set() for pair in counts}
    for i, word in enumerate(spelled):
        for pair in pairwise(word):
            places[pair].add(i)
    heap = [(-count, pair) for pair, count in counts.items()]
    heapify(heap)
    merges: list[Pair] = []
    while heap and len(merges) < most:
        pushed, best = heappop(heap)
        if counts[best] < -pushed:
            heappush(heap, (-counts[best], best))
            continue
        if counts[best] < 2:
            break
        new, made = BYTES + len(merges), set()
        merges.append(best)
        for i in places.pop(best):
            for pair in pairwise(spelled[i]):
                counts[pair] -= times[i]
            spelled[i] = merge(spelled[i], best, new)
            for pair in pairwise(spelled[i]):
                counts[pair] += times[i]
                if new in pair:
                    places.setdefault(pair, set()).add(i)
                    made.add(pair)
        for pair in made:
            heappush(heap, (-counts[pair], pair))
    return merges
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "10-learn-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false}
def test_learn_merges():
    words = {(1, 2, 3): 5, (2, 3, 2, 3): 2, (4, 1): 1}
    same(tried(learn_merges, words, 2), [(2, 3), (1, 256)], "as by recounting")
    text = count_words(play[:3000])
    same(tried(learn_merges, text, 200), merges_by_recounting(text, 200), "the beginning of a play")
    ### BEGIN HIDDEN TESTS
    same(tried(learn_merges, words, 9), [(2, 3), (1, 256), (256, 256)], "what occurs once stays")
    assert words == {(1, 2, 3): 5, (2, 3, 2, 3): 2, (4, 1): 1} and tried(learn_merges, words, 0) == [] and tried(learn_merges, {}, 5) == []
    draw = random.Random(10)
    for _ in range(40):  # few letters: rows of equal ids, and many pairs of one count
        words = {tuple(draw.choices(range(3), k=draw.randint(1, 12))): draw.randint(1, 4) for _ in range(8)}
        same(tried(learn_merges, words, 30), merges_by_recounting(words, 30), f"{words}")
    calls, kept = Counter(), {name: globals()[name] for name in ("merge", "heappush")}
    globals().update({name: lambda *args, name=name: (calls.update([name]), kept[name](*args))[1] for name in kept})
    try:
        learn_merges({**{(i, i + 1): 2 for i in range(0, 200, 2)}, tuple(range(100)) * 2: 9}, 20)
    finally:
        globals().update(kept)
    assert calls["merge"] <= 40 and calls["heappush"] <= 200, f"20 merges in two words each, two new pairs each, took {dict(calls)}"
    ### END HIDDEN TESTS
test_learn_merges()

# %%
# %%measure --time -o trainings
words = count_words(play[:50_000])
recounted = merges_by_recounting(words, 100)
updated = learn_merges(words, 100)

# %% [markdown]
# ### 1.7 Encoding, by rank
# A new word is encoded as it would have been in training. The plain way replays all merges in their order, and most find nothing to do. But a word of L bytes has at most
# L - 1 pairs. Those that are merges have a *rank*, their place in the order; the lowest comes first. What a merge makes possible has a higher rank than itself, so the
# result is that of the replay, in as many rounds as there is something to do.

# %% nbgrader={"grade": false, "grade_id": "10-rank", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def apply_merges(ids: Sequence[int], ranks: Mapping[Pair, int]) -> list[int]:
    """``ids`` (bytes) after all merges that apply, lowest rank first; the merge of rank k makes id 256 + k."""
    # TODO: merge the pair of lowest rank until none has one.
    # APPROACH: while there are two ids or more: 1. of the pairs of neighbours that of lowest rank. 2. if it has none, stop. 3. merge it.
    # HINTS: min(pairwise(ids), key=...); ranks.get(pair, len(ranks)) puts pairs without a rank last.
    ### BEGIN SOLUTION
    ids = list(ids)
    while len(ids) > 1:
        pair = min(pairwise(ids), key=lambda pair: ranks.get(pair, len(ranks)))
        if pair not in ranks:
            break
        ids = merge(ids, pair, BYTES + ranks[pair])
    return ids
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "10-rank-test", "locked": true, "points": 13, "schema_version": 3, "solution": false, "task": false}
def test_apply_merges():
    same(tried(apply_merges, b"abcab", {(97, 98): 0, (256, 99): 1}), [257, 256], "abc and ab")
    same(tried(apply_merges, b"xabc", {(98, 99): 0, (97, 98): 1}), [120, 97, 256], "bc has the lower rank")
    ### BEGIN HIDDEN TESTS
    same([tried(apply_merges, short, {(1, 1): 0}) for short in ([], [1], [1, 2], [1, 1, 1])], [[], [1], [1, 2], [256, 1]], "short ones")
    same(tried(apply_merges, b"ab", {}), [97, 98], "no merges")
    ranks = {pair: k for k, pair in enumerate(learn_merges(count_words(play[:5000]), 300))}
    for word in split_words(play[5000:7000]):
        replayed = list(word.encode())
        for pair, k in ranks.items():
            replayed = merge(replayed, pair, 256 + k)
        same(tried(apply_merges, word.encode(), ranks), replayed, repr(word))
    ### END HIDDEN TESTS
test_apply_merges()

# %% [markdown]
# ### 1.8 Tokenizers
# Given: what they have in common, then both kinds. Ids of words that were met before are kept, up to a number of them. A file is written beside its target and
# renamed, so that it is whole or not there. **Predict** by which factor rank beats replay for 1,000 merges, and what is left to gain by keeping words.

# %%
#| export
class Tokenizer:
    """Text to ids and back; a subclass has ``vocab``, the token of each id, and says how."""
    vocab: Sequence[Any]
    saved: tuple[str, ...] = ("vocab",)  # what makes it again

    @property
    def vocab_size(self) -> int:
        """The number of ids that exist: 0 .. ``vocab_size - 1``."""
        return len(self.vocab)

    def encode(self, text: str) -> list[int]:
        """The ids of ``text``."""
        raise NotImplementedError(f"{type(self).__name__} needs a method encode(text).")

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ``ids``. IndexError for an id that does not exist."""
        raise NotImplementedError(f"{type(self).__name__} needs a method decode(ids).")

    def save(self, path: str | Path) -> None:
        """Write it to a JSON file, which is whole or, if anything fails, as it was."""
        part, saved = Path(f"{path}.part"), {name: getattr(self, name) for name in self.saved}
        try:
            part.write_text(json.dumps({"kind": type(self).__name__, **saved}), encoding="utf-8")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """What ``save`` of the same class wrote. ValueError for any other file."""
        try:
            saved = json.loads(Path(path).read_text(encoding="utf-8"))
        except ValueError:
            saved = None
        if not isinstance(saved, dict) or saved.pop("kind", None) != cls.__name__:
            raise ValueError(f"{path} holds no {cls.__name__} that was saved.")
        return cls(**saved)

class CharTokenizer(Tokenizer):
    """One id for each character; with ``unk=True`` id 0 is ``"<unk>"``, for all others."""

    def __init__(self, vocab: Iterable[str] = (), unk: bool = False) -> None:
        """``vocab`` holds the characters in the order of their ids. ValueError if one comes twice or is longer."""
        self.vocab = [UNKNOWN] * unk + [token for token in vocab if not (unk and token == UNKNOWN)]
        self.ids = {token: i for i, token in enumerate(self.vocab)}
        for token, times in Counter(self.vocab).items():
            if times > 1 or (len(token) != 1 and token != UNKNOWN):
                raise ValueError(f"A vocabulary consists of single characters, each once, got {token!r} {times} times.")

    def build_vocab(self, texts: str | Iterable[str]) -> None:
        """Take all characters of a text, or of several, in the order of their code points."""
        CharTokenizer.__init__(self, sorted(set("".join(texts))), UNKNOWN in self.ids)

    def encode(self, text: str) -> list[int]:
        """The id of each character. ValueError, naming it, for one that is not in the vocabulary, unless that has ``"<unk>"``."""
        strange = set(text) - set(self.ids)
        if strange and UNKNOWN not in self.ids:
            raise ValueError(f"{min(strange)!r} is none of the vocabulary's {len(self.vocab)} characters; unk=True gives such characters an id.")
        return [self.ids[UNKNOWN if character in strange else character] for character in text]

    def decode(self, ids: Iterable[int]) -> str:
        return "".join(look_up(ids, self.vocab))

class BPETokenizer(Tokenizer):
    """Bytes and merges of them: any text has ids, and they give it back."""
    KEPT = 2**16
    saved = ("vocab_size", "merges")

    def __init__(self, vocab_size: int = 1024, merges: Iterable[Pair] = ()) -> None:
        """At most ``vocab_size`` ids (ValueError if below the 256 bytes), with the first of the ``merges`` of an earlier training."""
        if vocab_size < BYTES:
            raise ValueError(f"A vocabulary of bytes has at least {BYTES} ids, got vocab_size={vocab_size}.")
        self.most = vocab_size
        self.merges = [(first, second) for first, second in merges][: vocab_size - BYTES]
        self.vocab = [bytes([i]) for i in range(BYTES)]
        for pair in self.merges:
            self.vocab.append(b"".join(look_up(pair, self.vocab)))
        self._ranks = {pair: k for k, pair in enumerate(self.merges)}
        self._known: dict[str, list[int]] = {}

    def train(self, words: str | Iterable[str]) -> None:
        """Learn the merges from a text, or from words or texts; fewer than asked for if no pair is left that occurs twice."""
        BPETokenizer.__init__(self, self.most, learn_merges(count_words(words), self.most - BYTES))

    def encode(self, text: str) -> list[int]:
        ids: list[int] = []
        for word in split_words(text):
            if word not in self._known:
                if len(self._known) >= self.KEPT:
                    self._known.clear()
                self._known[word] = apply_merges(to_bytes(word), self._ranks)
            ids += self._known[word]
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ``ids``; bytes that are no UTF-8, such as half a character, become U+FFFD."""
        return b"".join(look_up(ids, self.vocab)).decode(errors="replace")

# %%
n, m, cut = 1000, 4, len(play) * 9 // 10
learned = BPETokenizer(1256)
learned.train(play[:200_000])
sample = split_words(play[cut : cut + 5_000])

def replay(ids, merges):
    for k, pair in enumerate(merges):
        ids = merge(ids, pair, BYTES + k)
    return list(ids)

# %%
# %%measure --time -o encoders
replayed = [i for word in sample for i in replay(to_bytes(word), learned.merges)]
ranked = [i for word in sample for i in apply_merges(to_bytes(word), learned._ranks)]
kept = learned.encode("".join(sample))

# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 What a merge costs
# The longer a text is, the fewer of its next words are new. **Predict** for recounting the exponents of n, the length of the text, and of m, the number of merges; for
# the other form that of m, and which merge costs most, the first or the last.

# %%
# %%complexity n=1000..64000 m=4..64 --budget 2 -o recounting
counted = count_words(play[:n])
# measure:
merges_by_recounting(counted, m)

# %%
# %%complexity m=8..2048 --budget 2 -o updating
learn_merges(words, m)

# %% [markdown]
# ### 2.2 What it takes to remember
# **Predict** the peak of both forms, then run. What does the one hold that the other makes anew each time?

# %%
# %%measure --memory -o peaks
small = count_words(play[:20_000])
recounted = merges_by_recounting(small, 10)
updated = learn_merges(small, 10)

# %% [markdown]
# ### 2.3 Vocabulary against length
# Trained once, on nine tenths of the text, judged on the rest. The first merges of a large vocabulary are those of a small one, so all sizes come from one training.
# **Predict** how many bytes a token holds at each size, then run.

# %%
largest = BPETokenizer(4096)
largest.train(play[:cut])
held_out = play[cut:]
lengths = {}
for size in (256, 512, 1024, 2048, 4096):
    ids = BPETokenizer(size, largest.merges).encode(held_out)
    lengths[size] = len(ids)
    print(f"{size:5} ids: {len(ids):6} tokens, {len(to_bytes(held_out)) / len(ids):.2f} bytes each, {size - len(set(ids)):4} ids never used")

# %% [markdown]
# ## Part 3: Production context
# - Byte-level BPE is what most large language models read (Radford and others, 2019). Their patterns for words are finer than ours: numbers, scripts and abbreviations by rules.
# - Libraries such as `tokenizers` and `tiktoken` do in compiled code what you did: counts kept up to date for training, ranks for encoding, words kept for the next time.
# - PyTorch has no tokenizers of its own; its models take tensors of ids. A vocabulary belongs to the model trained with it: with another one the ids mean other things.

# %% [markdown]
# ## Integration test
# Train, encode, decode, save and load.

# %% nbgrader={"grade": true, "grade_id": "10-integration-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_tokenizers():
    bpe, text = BPETokenizer(400), "The end.\n\n  naïve — Ωmega 日本語 😀\r\n\tÿ \x00"
    bpe.train(play[:20_000])
    assert bpe.vocab_size == 400 and len(bpe.encode(play[:2000])) < 1400, "256 bytes and 144 merges should shorten the text they come from"
    for one in (text, play[:2000], ""):
        assert bpe.decode(bpe.encode(one)) == one, f"decode(encode({one[:20]!r})) should be the text"
    characters = CharTokenizer()
    characters.build_vocab(text)
    assert characters.decode(characters.encode(text)) == text, "characters there and back"
    ### BEGIN HIDDEN TESTS
    again = BPETokenizer(400)
    again.train(split_words(play[:20_000]))
    same(again.merges, bpe.merges, "trained on words"), same(bpe.merges, merges_by_recounting(count_words(play[:20_000]), 144), "by recounting")
    with TemporaryDirectory() as folder:
        for one in (bpe, characters):
            one.save(Path(folder) / "saved.json")
            same(type(one).load(Path(folder) / "saved.json").encode(text), one.encode(text), "saved and loaded")
        refuses(ValueError, ["BPETokenizer"], BPETokenizer.load, Path(folder) / "saved.json")
    refuses(IndexError, ["400"], bpe.decode, [400]), refuses(IndexError, ["-1"], characters.decode, [-1])
    refuses(ValueError, ["256", "255"], BPETokenizer, 255), refuses(ValueError, ["U+D800"], bpe.encode, "a \ud800")
    refuses(ValueError, ["'@'"], characters.encode, "@"), same(CharTokenizer("ab", unk=True).encode("b@a"), [2, 0, 1], "unknown")
    ### END HIDDEN TESTS
test_tokenizers()

# %%
if __name__ == "__main__":
    test_look_up(), test_count_pairs(), test_merge(), test_merges_by_recounting(), test_learn_merges(), test_apply_merges(), test_tokenizers()
    print("All tests of module 10 pass; tokens of the held-out text by size:", lengths)

# %% [markdown] nbgrader={"grade": true, "grade_id": "10-question-cost", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `recounting`, `updating` and `trainings`: the exponents, what they predict for 30,000 merges of a text a thousand times as long in both forms, and why the last
# merges of the second form cost so little. Which part of its time is left that grows with the text?
#
# ### BEGIN SOLUTION
# Recounting: 1 for the merges; below 1 for the length, because new words become rare. For 30,000 merges the product is hopeless. With kept counts a merge costs what
# the words of its pair cost, and each takes the most frequent pair that is left: later ones touch fewer words. To cut the text and count its words reads
# all of it, once. Rubric: 3 points exponents with the reason, 3 late merges, 2 what is left.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "10-question-memory", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** From `peaks` and `encoders`: what does each speed-up hold in memory, and how does that grow? A service encodes text from strangers for months: what happens
# to the words that are kept, and what does `BPETokenizer` do about it?
#
# ### BEGIN SOLUTION
# Training holds, for each pair, the set of its words: as many entries as there are different pairs in all words. Encoding holds the words it met; without a
# limit that grows with every typing mistake. `KEPT` limits it: when it is full all are forgotten, and the frequent ones are back at once. Rubric: 3 points training,
# 2 encoding, 3 growth and limit.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "10-question-size", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** From 2.3: what does each doubling of the vocabulary take from the length, and how many of its new ids are never used? A model has a row of 512 numbers for
# each id, and its cost grows with the square of the length. Which size would you take, and for which text would it be wrong? Encode a text in another script.
#
# ### BEGIN SOLUTION
# Each doubling takes a smaller share of the length than the one before, and leaves more ids unused: the rows double, what they buy shrinks. A choice that weighs
# both by the printed figures is right. In another script hardly any merge applies: about one byte per token, and characters of two to four bytes each, so the
# same sentence is several times as long. Rubric: 3 points shares and unused ids, 2 a reasoned choice, 3 the other script, measured.
# ### END SOLUTION

# %% [markdown]
# ## Summary
# You built byte-pair encoding, and measured: counting anew for every merge costs all different words each time, keeping counts only those that change, for memory in
# exchange; larger vocabularies shorten texts by less and less. Module 11 gives each id its numbers.
