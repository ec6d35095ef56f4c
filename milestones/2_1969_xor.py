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
# # Milestone 2: XOR (1969)
# In *Perceptrons* (MIT Press, 1969) Marvin Minsky and Seymour Papert asked which questions a single layer can answer at all, and proved for
# several that it cannot. The smallest of that kind is XOR: do two inputs differ? That more layers could do it was known; how to train them was
# not. Money for such networks became scarce in the following years; how much of that the book caused is disputed (M. Olazaran, *A
# Sociological Study of the Official History of the Perceptrons Controversy*, Social Studies of Science 26, 1996).
#
# **You run it on your own library:** Tensor (01), Sigmoid and Tanh (02), Linear and Sequential (03), the loss (04), backward (05), Adam (06).
#
# **It has to** get every unseen point right with two layers, from five different starts, while one layer stays at 75 % or less.

# %%
import matplotlib.pyplot as plt
import numpy as np

from tinytorch import Adam, BinaryCrossEntropyLoss, Linear, Sequential, Sigmoid, Tanh, Tensor, manual_seed, no_grad

# %% [markdown]
# ## The question
# The four corners of a square, each with a cloud of points around it. The answer is 1 where the signs of both coordinates differ.

# %%
corners = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], dtype=np.float32)
answers = np.array([0, 1, 1, 0], dtype=np.float32)

def clouds(rng, each=50):
    """Points (4 each, 2), at most 0.4 from their corner in each direction, and their answers (4 each, 1)."""
    points = np.repeat(corners, each, axis=0) + rng.uniform(-0.4, 0.4, (4 * each, 2)).astype(np.float32)
    return points, np.repeat(answers, each)[:, None]

# %% [markdown]
# ## Why one layer cannot
# A single layer has a score s(x) = w1 x1 + w2 x2 + b, positive on one side of a line. Over opposite corners it adds up to the same number,
# s(-1,-1) + s(1,1) = 2b = s(-1,1) + s(1,-1). XOR wants the first sum negative and the second positive. No weights do that: at
# best three corners of four are right. Try lines at random:

# %%
rng = np.random.default_rng(0)
lines, offsets = rng.standard_normal((10_000, 2)), rng.standard_normal(10_000)
right = ((corners @ lines.T + offsets > 0) == (answers[:, None] == 1)).mean(axis=0)
print(f"the best of {len(lines):,} lines gets {right.max():.0%} of the corners")
assert right.max() == 0.75

# %% [markdown]
# ## Two machines
# One layer; and two layers with a bend between them. Without the bend, two layers would be one: a product of matrices is a matrix.

# %%
def one_layer():
    return Sequential(Linear(2, 1), Sigmoid())

def two_layers(width=8):
    return Sequential(Linear(2, width), Tanh(), Linear(width, 1), Sigmoid())

loss_of = BinaryCrossEntropyLoss()

def train(model, points, wanted, steps):
    """Losses of ``steps`` steps of Adam on all points at once."""
    optimizer = Adam(model.parameters(), lr=0.05)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_of(model(Tensor(points)), wanted)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def accuracy(model, points, wanted):
    """The share of points on the right side of 0.5."""
    with no_grad():
        return np.mean((model(Tensor(points)).data > 0.5) == (wanted > 0.5))

# %% [markdown]
# ## Five starts
# Each with new weights and new points, judged on points that it did not learn from.

# %%
curves = []
for seed in range(5):
    manual_seed(seed)
    rng = np.random.default_rng(seed)
    learned, unseen = clouds(rng), clouds(rng)
    one, two = one_layer(), two_layers()
    curves.append((train(one, *learned, steps=300), train(two, *learned, steps=300)))
    one_right, two_right = accuracy(one, *unseen), accuracy(two, *unseen)
    print(f"seed {seed}: one layer {one_right:.1%} right, two layers {two_right:.1%}")
    assert 0.4 <= one_right <= 0.75, f"seed {seed}: one layer got {one_right:.1%}"
    assert two_right == 1, f"seed {seed}: two layers got only {two_right:.1%}"
print(f"a coin has a loss of {np.log(2):.3f}; one layer ends at {curves[-1][0][-1]:.3f}, two at {curves[-1][1][-1]:.4f}")

# %% [markdown]
# One layer does not fail for want of steps: it settles where its loss is that of a coin, because that is the best it can do.

# %%
figure, (left, middle, losses) = plt.subplots(1, 3, figsize=(11, 3))
side = np.linspace(-1.6, 1.6, 100, dtype=np.float32)
grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
for ax, model, title in ((left, one, "one layer"), (middle, two, "two layers")):
    with no_grad():
        ax.contourf(side, side, model(Tensor(grid)).data.reshape(100, 100), levels=np.linspace(0, 1, 11), cmap="RdBu_r")
    ax.scatter(*unseen[0].T, c=unseen[1][:, 0], cmap="RdBu_r", edgecolors="black", s=15)
    ax.set_title(title)
for seed, (of_one, of_two) in enumerate(curves):
    losses.plot(of_one, color="tab:gray", label="one layer" if seed == 0 else None)
    losses.plot(of_two, color="tab:green", label="two layers" if seed == 0 else None)
losses.set(xlabel="step", ylabel="loss, nats", ylim=(0, None)), losses.legend()
figure.tight_layout()

# %% [markdown]
# ## What the hidden layer costs
# A linear layer from m to n numbers needs 2 m n flops for a point. Three machines by that count:

# %%
def flops(model):
    """Flops of the linear layers of ``model`` for one point, forward."""
    return sum(2 * layer.in_features * layer.out_features for layer in model.layers if isinstance(layer, Linear))

one, two, wide = one_layer(), two_layers(), two_layers(1024)
for name, model in {"one layer": one, "two layers, 8 wide": two, "two layers, 1024 wide": wide}.items():
    print(f"{name:22} {flops(model):6,} flops a point, {flops(model) / flops(one):6,.0f} times one layer")
points, wanted = clouds(np.random.default_rng(0))

# %% [markdown]
# **Predict** the ratios of the three times below, then run.

# %%
# %%measure --time -o prices
train(one, points, wanted, steps=50)
train(two, points, wanted, steps=50)
train(wide, points, wanted, steps=50)

# %% [markdown]
# Compare the first two times with their flops. While a model is this small, a step costs what its operations cost to call and record, and
# the second layer adds a few of those. Only the wide one pays for work on numbers.

# %% [markdown]
# ## Where it leads
# Here a width of 8 was enough from every start. The question of 1969 was how to find such weights when nobody tells a hidden unit what it should
# say. You have used the answer: backward. Milestone 3 puts it to work on pictures.
