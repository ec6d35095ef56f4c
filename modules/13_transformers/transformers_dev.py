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
# # Module 13: Transformers
# **You build** layer normalization with its full gradient, the transformer block, and a GPT that continues text with temperature, top-k and a past that saves work.
#
# **You measure** flops and parameters against formulas, activation memory (`%%measure`), and how a block grows with the length of its text (`%%complexity`). Then you
# train the model on Shakespeare and watch its loss and its samples, live.
#
# **Prerequisites:** 07 Training, 11 Embeddings, 12 Attention. **Unlocks:** 17 Memoization, and a language model of your own.
# %% [markdown]
# ## Part 1: Foundations
# A GPT predicts the next token at every position. Vectors of width D run through L blocks; each adds to them what attention took from earlier positions, and then what an
# MLP made of each position alone. Normalization stands before each of the two (*pre-norm*), so the sums themselves run through the model untouched: the gradient
# reaches the first block undamped (Xiong and others, 2020). For a vocabulary of V, at most $T_{max}$ positions, and T tokens at work:
#
# | part | parameters | flops of its products, per token |
# |---|---|---|
# | embedding | $V D + T_{max} D$ | |
# | attention, per block | $4 D^2 + 4 D$ | $8 D^2 + 4 T D$ |
# | MLP, and two norms, per block | $8 D^2 + 5 D + 4 D$ | $16 D^2$ |
# | last norm and head | $2 D + V D$ | $2 V D$ |
#
# Each weight costs two flops per token. Only the scores, $4 T D$, know how long the text is.
# %%
#| default_exp core.transformer
#| export
"""Transformers: layer normalization, the pre-norm block, and a GPT that is trained on token ids and continues them."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tinytorch.core.activations import GELU
from tinytorch.core.attention import MultiHeadAttention, Past
from tinytorch.core.autograd import Gradient, gradient, no_grad
from tinytorch.core.embeddings import EmbeddingLayer
from tinytorch.core.layers import Dropout, Linear, Module, Parameter, rng
from tinytorch.core.tensor import FLOAT32, Array, Tensor, apply
# %% nbgrader={"grade": false, "grade_id": "13-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
test_rng = np.random.default_rng(13)

def tried(function, *args, **params):
    """What ``function`` returns; what it raises instead is a failed test."""
    try:
        return function(*args, **params)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        raise AssertionError(f"{getattr(function, '__name__', function)} raised {error!r}") from error
def values(function, *args, **params):
    """The numbers that ``function`` returns as a tensor."""
    got = tried(function, *args, **params)
    assert isinstance(got, Tensor), f"expected a tensor, got {type(got).__name__}"
    return got.data
def pair(function, *args, **params):
    """The two things that ``function`` returns."""
    got = tried(function, *args, **params)
    assert isinstance(got, tuple) and len(got) == 2, f"with a past: expected a pair, got {type(got).__name__}"
    return got
def close(got, expected, what, tolerance=1e-5):
    """Fail unless ``got``, an array or a tensor, has the shape and nearly the values of ``expected``."""
    assert got is not None, f"{what}: nothing was returned; does the function end with `return`?"
    assert np.shape(got) == np.shape(expected), f"{what}: expected shape {np.shape(expected)}, got {np.shape(got)}"
    assert np.allclose(got, expected, rtol=tolerance, atol=tolerance), f"{what}: expected {expected}, got {got}"
def refuses(error, words, function, *args, **params):
    """Fail unless ``function`` refuses its arguments: it must raise ``error``, with ``words`` in the message."""
    try:
        function(*args, **params)
    except Exception as caught:
        assert isinstance(caught, error) and words in str(caught), f"expected {error.__name__} with {words}: {caught!r}"
    else:
        raise AssertionError(f"expected {error.__name__}, but it returned")
# %% [markdown]
# ### 1.1 Layer normalization
# Each vector $x$ gets mean 0 and variance 1 over its own n features, then a scale and a shift that are learned (Ba and others, 2016):
# $$\hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} \qquad y = \gamma \hat{x} + \beta \qquad \sigma^2 = \frac{1}{n} \sum (x - \mu)^2$$
# The formula (given) walks through all numbers at each step, and leaves an array behind. Faster: a product with ones adds up short rows quicker
# than `sum`, and `vecdot`, each row times itself, makes no array of squares; the rest works in place. What the gradient will ask for, $\hat{x}$ and $1 / \sqrt{\sigma^2 + \epsilon}$, is kept on the way.
# %%
def layer_norm_by_formula(x, gamma, beta, eps):
    mean = x.mean(axis=-1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(x.var(axis=-1, keepdims=True) + eps) + beta
# %% nbgrader={"grade": false, "grade_id": "13-norm", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def layer_norm(x: Array, gamma: Array, beta: Array, eps: float = 1e-5, keep: dict[str, Array] | None = None) -> Array:
    """``gamma * (x - mean) / sqrt(var + eps) + beta`` over the last axis: x (..., n), gamma and beta (n,), result as x.

    A dict as ``keep`` gets "unit", the normalized rows (rows, n), and "scale", 1 / sqrt(var + eps) (rows, 1). ValueError, with both shapes,
    if the last axis of ``x`` is not n.
    """
    # TODO: the formula on rows, mostly in place.
    # APPROACH: 1. refuse. 2. all rows as one matrix. 3. their means; center into a new array. 4. variance; scale in place.
    # 5. keep. 6. gamma times that as a new array, beta in place; the shape of x.
    # HINTS: x.reshape(-1, n); rows @ np.ones((n, 1), dtype) are the sums of rows, np.vecdot(u, u)[:, None] those of squares.
    ### BEGIN SOLUTION
    n = len(gamma)
    if x.shape[-1:] != (n,):
        raise ValueError(f"A layer norm over {n} features takes (..., {n}), got {x.shape}.")
    rows = x.reshape(-1, n)
    unit = rows - rows @ np.ones((n, 1), gamma.dtype) / n
    scale = 1 / np.sqrt(np.vecdot(unit, unit)[:, None] / n + eps)
    unit *= scale
    if keep is not None:
        keep["unit"], keep["scale"] = unit, scale
    y = unit * gamma
    y += beta
    return y.reshape(x.shape)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "13-norm-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_layer_norm():
    x, gamma, beta = test_rng.standard_normal((3, 5)) * 3 + 2, test_rng.standard_normal(5), test_rng.standard_normal(5)
    expected = layer_norm_by_formula(x, gamma, beta, 0.3)
    close(tried(layer_norm, x, gamma, beta, 0.3), expected, "three rows of five")
    refuses(ValueError, "(3, 4)", layer_norm, x[:, :4], gamma, beta)
    ### BEGIN HIDDEN TESTS
    keep, before = {}, x.copy()
    close(tried(layer_norm, x, gamma, beta, 0.3, keep), expected, "with keep")
    assert keep.keys() == {"unit", "scale"}, f"what is kept: {keep}"
    close(keep["unit"] * gamma + beta, expected, "the kept rows"), close(keep["scale"], 1 / np.sqrt(x.var(axis=1, keepdims=True) + 0.3), "the kept scale")
    assert np.array_equal(x, before), "x must not change"
    deep = test_rng.standard_normal((2, 4, 3, 5)).T
    close(tried(layer_norm, deep, gamma[:2], beta[:2]), layer_norm_by_formula(deep, gamma[:2], beta[:2], 1e-5), "more axes")
    close(tried(layer_norm, x[0], gamma, beta, 0.3), expected[0], "a vector"), close(tried(layer_norm, x[:0], gamma, beta), x[:0], "no rows")
    single = tried(layer_norm, x.astype(np.float32), gamma.astype(np.float32), beta.astype(np.float32), 0.3)
    close(single, expected, "float32", 1e-4), close(tried(layer_norm, np.ones((1, 5)), gamma, beta), [beta], "equal numbers become beta")
    assert single.dtype == np.float32, "float32 stays"
    close(tried(layer_norm, x * 1e-3, gamma, beta), layer_norm_by_formula(x * 1e-3, gamma, beta, 1e-5), "eps is 1e-5 unless it is given")
    far = (test_rng.standard_normal((4, 50)) + 1e4).astype(np.float32)
    close(tried(layer_norm, far, np.ones(50), np.zeros(50)), layer_norm_by_formula(far.astype(float), 1, 0, 1e-5), "numbers far from 0", 0.02)
    ### END HIDDEN TESTS
test_layer_norm()
# %% [markdown]
# ### 1.2 Its gradient
# Each $x_j$ also moves $\mu$ and $\sigma$, and through them all outputs of its row. With $h = g \gamma$, and bars for means over the row:
# $$\frac{\partial}{\partial x} = \frac{1}{\sqrt{\sigma^2 + \epsilon}} \left( h - \overline{h} - \hat{x} \, \overline{h \hat{x}} \right) \qquad
# \frac{\partial}{\partial \gamma} = \sum_{rows} g \hat{x} \qquad \frac{\partial}{\partial \beta} = \sum_{rows} g$$
# The two terms behind h are easy to forget, and a model without them still trains, only worse.
# %% nbgrader={"grade": false, "grade_id": "13-norm-gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
@gradient(layer_norm)
def d_layer_norm(g: Array, y: Array, x: Array, gamma: Array, beta: Array, eps: float = 1e-5, keep: dict[str, Array] | None = None) -> tuple[Gradient, ...]:
    """With h = g * gamma: scale * (h - mean(h) - unit * mean(h * unit)); g * unit and g, summed over all rows.

    ``keep`` is what forward kept; without it both are computed again.
    """
    # TODO: the three gradients, of x, gamma and beta.
    # APPROACH: 1. unit and scale, from keep or by layer_norm with a dict. 2. g as rows. 3. product = g * unit. 4. sums over the rows.
    # 5. dx from h = g * gamma, in place: less both means, times scale.
    # HINTS: (product @ gamma)[:, None] / n is the mean of h * unit, (g @ gamma)[:, None] / n that of h; np.ones(rows) @ g sums over rows, faster than sum(axis=0).
    ### BEGIN SOLUTION
    if not keep:
        keep = {}
        layer_norm(x, gamma, beta, eps, keep)
    unit, scale = keep["unit"], keep["scale"]
    g = g.reshape(unit.shape)
    n, ones, product = len(gamma), np.ones(len(g), g.dtype), g * unit
    dgamma, dbeta = ones @ product, ones @ g
    dx = g * gamma
    dx -= (g @ gamma)[:, None] / n
    dx -= np.multiply(unit, (product @ gamma)[:, None] / n, out=product)
    dx *= scale
    return dx.reshape(x.shape), dgamma, dbeta
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "13-norm-gradient-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false}
def test_d_layer_norm():
    def check(g, *arrays, eps=1e-5, h=1e-5, **params):
        """Each gradient along a random direction, against finite differences of the formula."""
        found = tried(d_layer_norm, g, layer_norm(*arrays, eps), *arrays, **params)
        assert isinstance(found, tuple) and len(found) == 3, f"expected three gradients, got {found}"
        for i, name in enumerate(["x", "gamma", "beta"]):
            way = test_rng.standard_normal(arrays[i].shape) * h
            ends = [layer_norm_by_formula(*arrays[:i], arrays[i] + s * way, *arrays[i + 1 :], eps) for s in (1, -1)]
            assert found[i].shape == arrays[i].shape, f"the gradient of {name}: expected shape {arrays[i].shape}, got {found[i].shape}"
            close((found[i] * way).sum() / h, (g * (ends[0] - ends[1])).sum() / 2 / h, f"the slope along a direction of {name}", 1e-4)

    x, gamma, beta, g = test_rng.standard_normal((3, 5)) * 2 + 1, test_rng.standard_normal(5) + 2, test_rng.standard_normal(5), test_rng.standard_normal((3, 5))
    check(g, x, gamma, beta)
    ### BEGIN HIDDEN TESTS
    keep, before = {}, g.copy()
    y = layer_norm(x, gamma, beta, 0.3, keep)
    twice = {**keep, "scale": 2 * keep["scale"]}
    check(g, x, gamma, beta, eps=0.3, keep=keep), check(g, x * 1e-3, gamma, beta, h=1e-8)
    close(tried(d_layer_norm, g, y, x, gamma, beta, keep=twice)[0], 2 * tried(d_layer_norm, g, y, x, gamma, beta, 0.3)[0], "keep is used if it is there")
    check(*(test_rng.standard_normal((4, 2, 5)).transpose(1, 0, 2) for _ in range(2)), gamma, beta)
    assert np.array_equal(g, before), "g must not change"
    ### END HIDDEN TESTS
test_d_layer_norm()
# %% [markdown]
# **Predict, then run:** the peaks of both forms in arrays of 16 MiB (`wide.nbytes`), and which is faster.
# %%
wide = test_rng.standard_normal((32_768, 128), dtype=np.float32)
ones, zeros = np.ones(128, np.float32), np.zeros(128, np.float32)
# %%
# %%measure -o norms
by_formula = layer_norm_by_formula(wide, ones, zeros, 1e-5)
fused = layer_norm(wide, ones, zeros)
# %% [markdown]
# Given: the classes, and the mask that forbids to look ahead. With P positions already in the past, its rows are those of the new ones only.
# %%
#| export
class LayerNorm(Module):
    """Normalizes vectors of ``n`` features: ``LayerNorm(64)``."""
    def __init__(self, n: int, eps: float = 1e-5) -> None:
        self.gamma, self.beta, self.eps = Parameter(np.ones(n)), Parameter(np.zeros(n)), eps

    def forward(self, x: Tensor) -> Tensor: return apply(layer_norm, x, self.gamma, self.beta, eps=self.eps, keep={})
    def __repr__(self) -> str: return f"LayerNorm({len(self.gamma)})"

class MLP(Module):
    """Two layers with a GELU in between, and dropout behind them: ``MLP(64)`` has 256 hidden features."""
    def __init__(self, embed_dim: int, hidden_dim: int | None = None, dropout_prob: float = 0.0) -> None:
        hidden_dim = 4 * embed_dim if hidden_dim is None else hidden_dim
        self.linear1, self.gelu, self.linear2 = Linear(embed_dim, hidden_dim), GELU(), Linear(hidden_dim, embed_dim)
        self.dropout = Dropout(dropout_prob)

    def forward(self, x: Tensor) -> Tensor: return self.dropout(self.linear2(self.gelu(self.linear1(x))))

def create_causal_mask(seq_len: int, past_len: int = 0) -> Tensor:
    """1 where the row's position may look, 0 where the column comes after it: ``create_causal_mask(2, 1)`` is [[1, 1, 0], [1, 1, 1]]."""
    return Tensor(np.tri(seq_len, past_len + seq_len, past_len, dtype=FLOAT32))
# %% [markdown]
# ### 1.3 The block
# $x \leftarrow x + \text{attention}(\text{ln1}(x))$, then $x \leftarrow x + \text{mlp}(\text{ln2}(x))$. Keys and values of earlier positions may come in as `past`.
# %% nbgrader={"grade": false, "grade_id": "13-block", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
class TransformerBlock(Module):
    """Attention and an MLP of ``mlp_ratio * embed_dim`` hidden features, each normalized before, dropped out, and added to its input."""

    def __init__(self, embed_dim: int, num_heads: int, mlp_ratio: float = 4, dropout_prob: float = 0.0) -> None:
        self.ln1, self.attention = LayerNorm(embed_dim), MultiHeadAttention(embed_dim, num_heads)
        self.ln2, self.mlp = LayerNorm(embed_dim), MLP(embed_dim, int(mlp_ratio * embed_dim), dropout_prob)
        self.dropout = Dropout(dropout_prob)

    def forward(self, x: Tensor, mask: Any = None, past: Past | None = None) -> Any:
        """(..., T, embed_dim) to the same shape, with ``mask`` and ``past`` as MultiHeadAttention takes them.
        With ``past``, () or the keys and values of earlier positions: a pair of the result and (keys, values) of all positions.
        """
        # TODO: both steps, and the past where there is one.
        # APPROACH: 1. attention of the normalized x. 2. with a past it is a pair: take it apart. 3. drop out, add to x. 4. the same with the MLP,
        # which drops out by itself. 5. return x, or the pair.
        # HINTS: () is a past too: ask `is None`. The second norm sees the x of step 3.
        ### BEGIN SOLUTION
        attended = self.attention(self.ln1(x), mask, past)
        if past is not None:
            attended, past = attended
        x = x + self.dropout(attended)
        x = x + self.mlp(self.ln2(x))
        return x if past is None else (x, past)
        ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "13-block-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def stirred(model):
    """``model`` with every parameter moved away from where it began."""
    for parameter in model.parameters():
        parameter.data += 0.3 * test_rng.standard_normal(parameter.shape).astype(np.float32)
    return model

def test_transformer_block():
    block, mask, x = stirred(TransformerBlock(8, 2)), create_causal_mask(5), Tensor(test_rng.standard_normal((2, 5, 8)))
    out, half = values(block, x, mask), x.data + block.attention(block.ln1(x), mask).data
    close(out, half + block.mlp(block.ln2(Tensor(half))).data, "x + attention(ln1(x)), then x + mlp(ln2(x))", 1e-4)
    ### BEGIN HIDDEN TESTS
    first, past = pair(block, x[:, :3], create_causal_mask(3), ())
    rest, past = pair(block, x[:, 3:], create_causal_mask(2, 3), past)
    close(np.concatenate([first.data, rest.data], axis=1), out, "in two parts, the first in the past of the second", 1e-4)
    assert past[0].shape == past[1].shape == (2, 2, 5, 4), "keys and values of all five positions, by head"
    assert np.abs(values(block, x) - out)[:, :4].max() > 1e-3, "without a mask all positions are seen"
    dropped = stirred(TransformerBlock(8, 2, dropout_prob=1.0))
    assert np.array_equal(values(dropped, x), x.data), "with all of attention and MLP dropped, x is left"
    dropped.mlp.dropout.p = 0
    close(values(dropped, x), x.data + dropped.mlp(dropped.ln2(x)).data, "attention dropped, the MLP not", 1e-4)
    ### END HIDDEN TESTS
test_transformer_block()
# %% [markdown]
# ### 1.4 The next token
# Scores become chances by the softmax of $s / \tau$. The temperature $\tau$ sharpens them (below 1) or flattens them (above); in the limit 0 the largest score wins. Top-k gives
# all but the k largest no chance. To draw, add the chances up, and see between which two sums a random number falls.
# %% nbgrader={"grade": false, "grade_id": "13-choose", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def choose(scores: Array, temperature: float = 1.0, top_k: int | None = None) -> Array:
    """One id for each row of ``scores`` (B, V), drawn by softmax(scores / temperature): (B,), with the layers' random numbers.

    Temperature 0: the largest score, the first one of equals. Only the ``top_k`` largest have a chance (and what equals the last of them). ValueError for a
    temperature below 0 or not finite, a ``top_k`` below 1, or a score that is nan.
    """
    # TODO: largest, or limited and drawn.
    # APPROACH: 1. refuse. 2. temperature 0: argmax. 3. subtract the row's largest score, in float64, so that nothing overflows. 4. -inf for what is below the
    # k-th largest. 5. exp of the quotient, running sums. 6. count the sums that are not above a random share of the last one.
    # HINTS: np.sort(s)[:, [-k]] is the k-th largest of each row; np.cumsum; rng.random((B, 1)) is from 0 to below 1.
    ### BEGIN SOLUTION
    if not 0 <= temperature < np.inf or (top_k is not None and top_k < 1) or np.isnan(scores).any():
        raise ValueError(f"temperature must be 0 or more, top_k at least 1 and no score nan, got {temperature} and {top_k}, and scores from {scores.min()} to {scores.max()}.")
    if temperature == 0:
        return scores.argmax(axis=1)
    below = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    if top_k is not None and top_k < scores.shape[1]:
        below[below < np.sort(below)[:, [-top_k]]] = -np.inf
    with np.errstate(over="ignore"):
        sums = np.cumsum(np.exp(below / temperature), axis=1)
    return (sums <= rng.random((len(sums), 1)) * sums[:, -1:]).sum(axis=1)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "13-choose-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_choose():
    scores, chances = np.array([[1.0, 4, 2, 4], [-9, -8, -2, -30]]), np.array([0.1, 0.2, 0.0, 0.3, 0.4])
    rows = np.log(np.tile(chances + 1e-99, (20_000, 1))) + 3
    close(tried(choose, scores, 0), [1, 2], "temperature 0, the first of the largest")
    def drawn(chances, *args):
        ids = tried(choose, rows.copy(), *args)
        assert np.shape(ids) == (len(rows),) and set(np.unique(ids)) <= {0, 1, 2, 3, 4}, f"expected 20,000 ids from 0 to 4, got {ids}"
        close(np.bincount(ids, minlength=5) / len(rows), chances / chances.sum(), f"shares of 20,000 draws with {args}", 0.02)
    drawn(chances), drawn(chances**2, 0.5)  # a temperature of 1/2 squares the chances
    ### BEGIN HIDDEN TESTS
    drawn(chances**0.5, 2), drawn(chances * [0, 0, 0, 1, 1], 1.0, 2), drawn(chances * [0, 1, 0, 1, 1], 1.0, 3)
    drawn(chances, 1, 5), drawn(chances, 1, 99), drawn(np.array([0, 0, 0, 0, 1]), 1.0, 1)
    for large, temperature in [(scores * 1e3, 1e-300), (scores.astype(np.float32), 1e-300), (scores.astype(np.float32) * 1e30, 0.1)]:
        close(tried(choose, large, temperature)[1], 2, "nothing overflows")
    both = np.bincount(tried(choose, np.tile(scores[:1], (999, 1)), 1.0, 1), minlength=4)
    assert both[1] > 300 and both[3] > 300 and both[0] == both[2] == 0, "equal scores at the limit stay"
    assert not np.array_equal(choose(rows), choose(rows)), "the next draws are others"
    refuses(ValueError, "-1", choose, scores, -1), refuses(ValueError, "0", choose, scores, 1.0, 0)
    refuses(ValueError, "inf", choose, scores, np.inf), refuses(ValueError, "nan", choose, scores, np.nan), refuses(ValueError, "nan", choose, scores * [1, np.nan, 1, 1])
    global rng
    drawing, rng = rng, type("Lowest", (), {"random": staticmethod(np.zeros)})
    lowest, rng = tried(choose, scores, 1.0, 1), drawing
    close(lowest, [1, 2], "a random number of 0 must not draw what has no chance")
    ### END HIDDEN TESTS
test_choose()
# %% [markdown]
# ### 1.5 The model
# Ids become vectors that know their position; blocks; a last norm; a score for each token of the vocabulary. To continue a text, choose by the last position's scores, append, and ask again: the
# whole window is computed for each new token. A `past` has one entry for each block, () at first, and is filled on the way: then `ids` are the new ones only.
# %% nbgrader={"grade": false, "grade_id": "13-gpt", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def past_length(past: Any) -> int:
    """How many positions ``past`` holds: None and empty ones 0."""
    return 0 if past is None or not past[0] else past[0][0].shape[-2]

class GPT(Module):
    """Scores of the next token at every position (Radford and others, 2018): ``GPT(65, 128, num_layers=4, num_heads=4, max_seq_len=256)``."""
    cache: Any = None  # what generate keeps keys and values in: indexed by layer, as a past, and with a method reset()

    def __init__(self, vocab_size: int, embed_dim: int, num_layers: int, num_heads: int, max_seq_len: int = 1024, dropout_prob: float = 0.0) -> None:
        self.vocab_size, self.embed_dim, self.max_seq_len = vocab_size, embed_dim, max_seq_len
        self.num_layers, self.num_heads = num_layers, num_heads
        self.embedding = EmbeddingLayer(vocab_size, embed_dim, max_seq_len)
        self.blocks = [TransformerBlock(embed_dim, num_heads, dropout_prob=dropout_prob) for _ in range(num_layers)]
        self.ln_f, self.lm_head = LayerNorm(embed_dim), Linear(embed_dim, vocab_size, bias=False)

    def forward(self, ids: "Tensor | ArrayLike", past: Any = None) -> Any:
        """Ids (..., T) of at most ``max_seq_len`` positions to scores (..., T, vocab_size).

        With ``past``, a list of () or (keys, values) for each layer, ``ids`` go on behind it, and (scores, past) is returned. The list is filled in place: copy it
        to go on from one past in two ways. ValueError beyond ``max_seq_len``, IndexError for ids beyond the vocabulary.
        """
        # TODO: here, from ids to scores; in generate, from scores to ids.
        # APPROACH: 1. vectors, from the end of the past on. 2. the mask; one id needs none. 3. each block, with its entry of the past. 4. norm and head; the pair.
        # HINTS: past_length(past); np.shape(ids)[-1] is T; self.embedding(ids, start); without a past a block returns x alone.
        ### BEGIN SOLUTION
        start, steps = past_length(past), np.shape(ids)[-1]
        x = self.embedding(ids, start)
        mask = create_causal_mask(steps, start) if steps > 1 else None
        for layer, block in enumerate(self.blocks):
            if past is None:
                x = block(x, mask)
            else:
                x, past[layer] = block(x, mask, past[layer])
        scores = self.lm_head(self.ln_f(x))
        return scores if past is None else (scores, past)
        ### END SOLUTION

    @no_grad()
    def generate(self, prompt: "Tensor | ArrayLike", max_new_tokens: int = 50, temperature: float = 1.0, top_k: int | None = None, past: Any = None) -> Any:
        """``prompt``, ids (T,) or (B, T), and ``max_new_tokens`` more, as a tensor: ``choose`` says what ``temperature`` and ``top_k`` do. Nothing is dropped out.

        The model sees the last ``max_seq_len`` ids. With ``past`` (as in ``forward``; [()] * num_layers to begin with) only new ids are computed, and the pair (ids, past)
        is returned, that past without the last id; ValueError if it does not fit into ``max_seq_len``. Without one, ``cache`` is used if all fits.
        """
        ids, kept, modes = np.atleast_2d(np.asarray(prompt)), past, [(module, module.training) for module in self.modules()]
        if ids.ndim > 2 or not ids.shape[1] or max_new_tokens < 0:
            raise ValueError(f"generate takes ids (T,) or (B, T), at least one, and 0 or more new ones, got {ids.shape} and {max_new_tokens}.")
        if past is None and self.cache is not None and ids.shape[1] + max_new_tokens - 1 <= self.max_seq_len:
            self.cache.reset()
            kept = self.cache
        new = ids  # what the past does not hold yet
        self.eval()
        try:
            for _ in range(max_new_tokens):
                # Scores of the last max_seq_len ids, or of what is new behind `kept`; choose a column of new ids by the last position; append it to ids.
                ### BEGIN SOLUTION
                if kept is None:
                    scores = self(ids[:, -self.max_seq_len :])
                else:
                    scores, kept = self(new, kept)
                new = choose(scores.data[:, -1], temperature, top_k)[:, None]
                ids = np.concatenate([ids, new], axis=1)
                ### END SOLUTION
        finally:
            for module, mode in modes:
                module.training = mode
        result = Tensor(ids if np.ndim(prompt) == 2 else ids[0])
        return result if past is None else (result, past)
# %% nbgrader={"grade": true, "grade_id": "13-gpt-test", "locked": true, "points": 17, "schema_version": 3, "solution": false, "task": false}
def test_gpt():
    model, ids = stirred(GPT(11, 8, num_layers=2, num_heads=2, max_seq_len=6, dropout_prob=0.5)).eval(), test_rng.integers(0, 11, (3, 6))
    scores, x = values(model, Tensor(ids)), model.embedding(ids)
    for block in model.blocks:
        x = block(x, create_causal_mask(6))
    close(scores, model.lm_head(model.ln_f(x)).data, "embedding, blocks, ln_f, lm_head")
    changed = ids.copy()
    changed[:, 4] = (changed[:, 4] + 1) % 11
    difference = np.abs(values(model, changed) - scores).max(axis=(0, 2))
    assert difference[:4].max() == 0 < difference[4:].min(), f"token 4 must change scores from 4 on and none before, changes: {difference}"
    longer = values(model.train().generate, ids[:, :2], 3, temperature=0)
    assert longer.shape == (3, 5) and np.array_equal(longer[:, :2], ids[:, :2]), f"expected the prompt and three columns more, got {longer}"
    ### BEGIN HIDDEN TESTS
    assert model.training and model.blocks[1].mlp.dropout.training, "in training again"
    model.eval()
    assert np.array_equal(longer[:, 2:], values(model, longer[:, :4])[:, 1:].argmax(axis=2)), "each the likeliest after those before it"
    past, parts = [()] * 2, []
    for a, b in [(0, 3), (3, 4), (4, 6)]:
        part, past = pair(model, ids[:, a:b], past)
        parts.append(part.data)
    close(np.concatenate(parts, axis=1), scores, "in three parts, each behind the past of those before", 1e-4)
    close(values(model, ids[0].tolist()), scores[0], "one text without a batch, as a list"), close(values(model, ids[:, :1]), scores[:, :1], "one id")
    refuses(ValueError, "6", model, np.zeros((1, 7), int)), refuses(ValueError, "6", model, ids[:, :1], past), refuses(IndexError, "11", model, [[11]])
    again, past = pair(model.generate, ids[:, :2], 3, temperature=0, past=[(), ()])
    assert np.array_equal(again.data, longer) and past_length(past) == 4, "the same tokens with a past as without"
    beyond = values(model.generate, ids[0, :2].tolist(), 9, temperature=0)
    close(beyond[6:], [values(model, beyond[i - 6 : i])[-1].argmax() for i in range(6, 11)], "beyond max_seq_len, by the last six ids,")
    drawn = [{int(values(model.generate, ids[:1], 1, t, k)[0, -1]) for _ in range(40)} for t, k in [(1e-9, None), (3.0, 1), (3.0, None)]]
    assert drawn[0] == drawn[1] == {scores[0, -1].argmax()} and len(drawn[2]) > 1, "temperature and top_k"
    refuses(ValueError, "(1, 0)", model.generate, []), refuses(ValueError, "-1", model.generate, [1], -1), close(values(model.generate, [3], 0), [3], "no ids")
    for block in model.blocks:
        before = values(model, ids)
        block.attention.q_proj.weight.data *= -1.5
        assert np.abs(values(model, ids) - before).max() > 1e-4, "attention is alive: other queries give other scores"
    (model(ids) * test_rng.standard_normal((3, 6, 11))).sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in model.parameters()), "a gradient for every parameter"
    ### END HIDDEN TESTS
test_gpt()
# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 Parameters, and flops per token
# The table of Part 1, added up. **Predict** the share of head and embedding, and what norms, GELU and softmax add to the flops of the products; then run.
# %%
V, D, L, T = 80, 128, 4, 128
model, ids = GPT(V, D, num_layers=L, num_heads=4, max_seq_len=T), test_rng.integers(0, V, (4, T))
parameters = (V + T) * D + L * (12 * D**2 + 13 * D) + 2 * D + V * D
products = L * (24 * D**2 + 4 * T * D) + 2 * V * D
print(f"{parameters:,} parameters by formula, {sum(p.size for p in model.parameters()):,} in the model; products of {products:,} flops per token")
# %%
# %%measure -o forward
with no_grad():
    scores = model(ids)
# %% [markdown]
# All that is no product adds less than 3 % of flops (`sum(x.flops for x in forward.ops) / (ids.size * products) - 1`), but more of the time: see the operations.
# ### 2.2 What a block remembers
# Until backward, the inputs of every operation stay, and what its rule needs besides: some 25 arrays of (B, T, D) by the code above, and in attention one of (B, H, T, T).
# **Predict** what doubling T does to both, then run: which of the two leads here, and from which T on would the other?
# %%
block, T = TransformerBlock(64, 4), 64
short, long = (Tensor(test_rng.standard_normal((2, size, 64), dtype=np.float32)) for size in (256, 512))
short_mask, long_mask = create_causal_mask(256), create_causal_mask(512)
# %%
# %%measure -o activations
of_short = block(short, short_mask)
of_long = block(long, long_mask)
# %% [markdown]
# ### 2.3 The length of the text
# **Predict** the exponents of T, in time and in memory, for short texts and for long ones; then look for the bend.
# %%
# %%complexity T=16..2048 -o growth
text, look = Tensor(test_rng.standard_normal((1, T, 64), dtype=np.float32)), create_causal_mask(T)
# measure:
block(text, look)
# %% [markdown]
# ### 2.4 What there is to beat
# The simplest language model is a table: how often does character b follow a? One is added to each count, so that nothing is impossible. Its mean surprise on text
# that it has not seen, in nats per character, is what a GPT must get below.
# %%
from tinytorch.data import shakespeare
letters, codes = np.unique(np.frombuffer(shakespeare().encode("ascii"), np.uint8), return_inverse=True)
seen, unseen = np.split(codes, [len(codes) * 9 // 10])
pairs = np.ones((len(letters), len(letters)))
np.add.at(pairs, (seen[:-1], seen[1:]), 1)
bigram_loss = -np.log(pairs / pairs.sum(axis=1, keepdims=True))[unseen[:-1], unseen[1:]].mean()
print(f"{len(letters)} characters: guessing costs {np.log(len(letters)):.2f} nats, the table of pairs {bigram_loss:.2f}")
# %% [markdown]
# ### 2.5 A GPT that learns
# Given: a display that is drawn anew while the model trains, and windows of text in which each target is the character after its input.
# %%
import builtins
import matplotlib.pyplot as plt
from tinytorch.core.layers import manual_seed
from tinytorch.core.losses import CrossEntropyLoss
from tinytorch.core.optimizers import AdamW
from tinytorch.core.training import CosineSchedule, Trainer
in_notebook = hasattr(builtins, "display")  # a script trains for a moment, and draws nothing
CONTEXT, ROUNDS, STEPS = 32, 10 if in_notebook else 1, 15
figure, (curve, page) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
plt.close(figure)  # or the notebook shows it once more at the end
def draw(losses, sample):
    curve.clear(), page.clear(), page.axis("off")
    curve.axhline(bigram_loss, color="gray", linestyle=":", label="table of pairs")
    curve.plot(STEPS * np.arange(1, len(losses) + 1), losses, marker=".", label="GPT")
    curve.set(xlabel="step", ylabel="training loss, nats"), curve.legend()
    page.text(0, 1, sample, family="monospace", size=8, va="top", wrap=True, parse_math=False)
    live.update(figure)
def as_text(ids): return letters[np.asarray(ids)].tobytes().decode("ascii")
def loss_fn(scores, targets): return CrossEntropyLoss()(scores.reshape(-1, len(letters)), np.reshape(targets, -1))
def windows(text, starts):
    """Inputs and targets (B, CONTEXT): each target is the character after its input."""
    rows = text[starts[:, None] + np.arange(CONTEXT + 1)]
    return rows[:, :-1], rows[:, 1:]
# %% [markdown]
# **Predict** the loss after 150 steps, and which comes first in the samples: words, the length of words, or line breaks. Then run, and watch.
# %%
manual_seed(13)
writer = GPT(len(letters), 64, num_layers=2, num_heads=4, max_seq_len=CONTEXT)
trainer = Trainer(writer, AdamW(writer.parameters()), loss_fn, CosineSchedule(0.015, 0.001, ROUNDS), grad_clip_norm=1.0)
newline = np.flatnonzero(letters == ord("\n"))
live = in_notebook and builtins.display(figure, display_id=True)
for _ in range(ROUNDS):
    trainer.train_epoch(windows(seen, test_rng.integers(0, len(seen) - CONTEXT, 24)) for _ in range(STEPS))
    if live:
        draw(trainer.history["train_loss"], as_text(writer.generate(newline, 100, temperature=0.8)))
# %%
with no_grad():
    parts = np.array_split(np.arange(0, len(unseen) - CONTEXT, CONTEXT), 16)
    judged = [loss_fn(writer(inputs), targets).item() for inputs, targets in (windows(unseen, starts) for starts in parts)]
unseen_loss = np.mean(judged)
print(f"on unseen text: GPT {unseen_loss:.2f} nats per character, table of pairs {bigram_loss:.2f}")
for temperature, top_k in [(0, None), (0.7, None), (0.7, 5), (1.5, None)]:
    print(f"temperature {temperature}, top_k {top_k}: {as_text(writer.generate(newline, 60, temperature, top_k))!r}")
# %% [markdown]
# ## Part 3: Production context
# - This is GPT-2's architecture (Radford and others, 2019), which takes one matrix for embedding and head, and the GELU by tanh. Its smallest form: V = 50,257, D = 768, L = 12.
# - PyTorch's `torch.nn.TransformerEncoderLayer(norm_first=True)` is this block if it gets a causal mask; its layer norm is one kernel that reads each row once.
# - Models since Llama normalize without the mean (RMSNorm: Zhang and Sennrich, 2019), and turn queries and keys by their position (Su and others, 2021).
# - `torch.utils.checkpoint` drops the activations of a block and computes them again in backward: a forward pass more for a fraction of the memory.
# %% [markdown]
# ## Integration test
# %% nbgrader={"grade": true, "grade_id": "13-integration-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_transformers():
    gpt, cycle = GPT(5, 16, num_layers=2, num_heads=2, max_seq_len=8), np.arange(40) % 5
    learner = Trainer(gpt, AdamW(gpt.parameters(), 0.02), lambda scores, ids: CrossEntropyLoss()(scores.reshape(-1, 5), ids.reshape(-1)))
    batch = np.stack([cycle[i : i + 8] for i in range(5)]), np.stack([cycle[i + 1 : i + 9] for i in range(5)])
    first, last = (tried(learner.train_epoch, [batch] * 30) for _ in range(2))
    assert last < first / 4, f"the loss should fall, got {first} and {last}"
    close(values(gpt.generate, [3, 4], 10, temperature=0), cycle[3:15], "counting on: 3, 4, 0, 1, ...")
    ### BEGIN HIDDEN TESTS
    class Kept(list):
        def reset(self):
            self[:], self.resets = [()] * 2, getattr(self, "resets", 0) + 1
    gpt.cache = Kept()
    for _ in range(2):
        close(values(gpt.generate, [[0, 1], [3, 4]], 7, temperature=0), [cycle[:9], cycle[3:12]], "with a cache")
    assert gpt.cache.resets == 2 and past_length(gpt.cache) == 8, "generate resets and fills the cache"
    close(values(gpt.generate, [0], 20, temperature=0)[:8], cycle[:8], "where the cache is too short"), close(gpt.cache.resets, 2, "times that it was used")
    ### END HIDDEN TESTS
test_transformers()
# %%
if __name__ == "__main__":
    test_layer_norm(), test_d_layer_norm(), test_transformer_block(), test_gpt(), test_choose(), test_transformers()
    print("All tests of module 13 pass:", LayerNorm(64))
# %% [markdown] nbgrader={"grade": true, "grade_id": "13-question-counts", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From 2.1 and `forward`: which share of the parameters and of the flops have the blocks, the head, the scores? At which T do the scores cost as much as the rest of a block, and what
# does that say about GPT-2 with its 1,024 positions and width 768? Backward costs twice forward: how many flops is a training step on N tokens, in parameters?
# ### BEGIN SOLUTION
# The blocks have nearly all of both; 4 T D is as much as 24 D^2 at T = 6 D: at 1,024 positions GPT-2's scores are 1024 / 4608, a quarter of the other products. Two flops a parameter and
# token forward, four backward: 6 N times the parameters. Rubric: 3 points shares, 3 the T with its meaning, 2 the step.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "13-question-memory", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** From `activations` and `growth`: list the arrays that a block keeps, compare their bytes with what was measured for both T, and explain the exponents. What would you change first to
# train with texts four times as long?
# ### BEGIN SOLUTION
# Two norms (normalized rows and result each), q, k, v, heads and their copy, the projection, two sums, 4 + 4 + 4 in the MLP (GELU's gate among them) and its result: some 25 B T D numbers, and B H T^2 weights of attention. With D = 64 and H = 4
# the second leads from T = 400 on: between 1 and 2, and nearer to 2 the longer. First the (T, T) array: compute it in parts and again in backward. Rubric: 3 points the list, 3 the exponents, 2 the change.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "13-question-tokens", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** From 2.5: why is the loss on unseen text above that of training? What does each temperature do to the samples, and top-k? How many rows go through the layers for 24 tokens behind a prompt of 8,
# with a past and without, and how many numbers must a past keep for each token?
# ### BEGIN SOLUTION
# The last plays have other names and other words. Low temperatures repeat the likeliest words, high ones spell nonsense; top-k keeps the variety of the likely ones. Without a past 8 + 9 + ... + 31 = 468
# rows, with it 31. Keys and values of each layer: 2 L D numbers. Rubric: 2 points loss, 2 samples, 4 the past.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You built layer normalization with its gradient, the pre-norm block, a GPT and its generation, and measured: parameters and flops follow from D and L, memory from T, and generation repeats
# work that a past saves. Your model writes something like Shakespeare. Next: a profiler of your own, and in module 17 a place for that past.
