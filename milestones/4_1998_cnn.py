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
# # Milestone 4: A convolutional network reads digits (1998)
# Kunihiko Fukushima's Neocognitron (Biological Cybernetics 36, 1980) already looked at small pieces of a picture with the same weights everywhere;
# a group at Bell Labs trained such a network by backpropagation on digits from envelopes (Y. LeCun and others, *Backpropagation Applied to
# Handwritten Zip Code Recognition*, Neural Computation 1, 1989). *Gradient-Based Learning Applied to Document Recognition* (Y. LeCun, L. Bottou,
# Y. Bengio and P. Haffner, Proceedings of the IEEE 86, 1998) has the network that became known as LeNet-5, and reports that a system with
# such networks inside read several million cheques a day.
#
# **You run it on your own library:** modules 01 to 07, and two new ones: DataLoader and RandomCrop (08), Conv2d and MaxPool2d (09).
#
# **It has to** read at least 97 % of MNIST's digits that it never saw, and 98 % if it learned from shifted ones; on photographs at least 85 %, and
# 20 points more than a network without convolution in as many epochs. All of that from three different starts.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from tinytorch import (
    Adam,
    Compose,
    Conv2d,
    CosineSchedule,
    CrossEntropyLoss,
    DataLoader,
    Flatten,
    Linear,
    MaxPool2d,
    RandomCrop,
    ReLU,
    Sequential,
    Tensor,
    TensorDataset,
    Trainer,
    manual_seed,
    no_grad,
)
from tinytorch.data import mnist, photo_digits

# %% [markdown]
# The whole takes two and a quarter minutes of one processor (measured on an AMD EPYC with one thread for products, which is `OPENBLAS_NUM_THREADS=1`; with two threads, on
# two processors that were busy with other programs, a step of this network took 95 ms of processor time instead of 8, most of it spent waiting for each
# other). With `TINYTORCH_SHORT` set it does a small part of that and asks for less: that is how this course tests itself.

# %%
short = "TINYTORCH_SHORT" in os.environ
starts, learned = (1, 2000) if short else (3, 8500)
epochs, shifted_epochs, photo_epochs = (2, 2, 2) if short else (8, 14, 4)
goal, shifted_goal, photo_goal = (0.85, 0.85, 0.5) if short else (0.97, 0.98, 0.85)

# %% [markdown]
# ## The pictures
# 28 by 28 pixels, with an axis for the one channel. They stay bytes, a quarter of what they take as float32; a batch of them becomes numbers of
# mean 0 and deviation 1 when it is needed, by figures of the pictures to learn from.

# %%
images, labels, unseen, unseen_labels = mnist()
digits = images[:learned, None], labels[:learned], unseen[:, None], unseen_labels

def standard_like(images):
    """A function from uint8 pictures to float32: ``images`` would get mean 0 and deviation 1."""
    mean, deviation = np.float32(images.mean()), np.float32(images[:1000].std())
    return lambda x: (np.asarray(x, np.float32) - mean) / deviation

print(f"{len(digits[0])} pictures to learn from, {len(unseen)} to be judged by")

# %% [markdown]
# ## The network
# Twice: convolution with 5x5 kernels, ReLU, and the largest of each 2x2 window. Then two layers as in milestone 3. LeNet-5 was a little larger,
# with a trained subsampling instead of the maximum, and a squashing function where this has ReLU.
#
# **Count first:** which of the four layers with weights has the most of them, and which the most work?

# %%
def lenet(channels=1, side=28):
    """Scores (B, 10) for pictures (B, channels, side, side)."""
    left = (side - 12) // 4  # 5x5 takes 4 away, pooling halves, twice
    return Sequential(
        Conv2d(channels, 8, 5), ReLU(), MaxPool2d(2),
        Conv2d(8, 16, 5), ReLU(), MaxPool2d(2),
        Flatten(), Linear(16 * left**2, 64), ReLU(), Linear(64, 10),
    )

places = {"convolution 1": 24 * 24, "convolution 2": 8 * 8, "linear 1": 1, "linear 2": 1}  # where each weight is used
layers = [layer for layer in lenet().layers if isinstance(layer, (Conv2d, Linear))]
for (name, times), layer in zip(places.items(), layers, strict=True):
    print(f"{name:14} {layer.weight.size + layer.bias.size:6,} parameters, {2 * layer.weight.size * times:7,} flops a picture")

# %% [markdown]
# That is what sharing weights means: few of them, each used at every place of the picture.

# %% [markdown]
# ## Training
# The loop of milestone 3 is packed up now: a DataLoader makes batches of 32 in a new order each epoch, a Trainer makes a step of each. The rate
# falls to 0 by half a cosine.

# %%
def train(network, data, seed, epochs, change=None):
    """The trained network, the share of unseen pictures that it reads, and its mean loss in each epoch; ``change`` is for pictures to learn from."""
    images, labels, unseen, unseen_labels = data
    manual_seed(seed)
    model, standard = network(), standard_like(images)
    transform = standard if change is None else Compose([change, standard])
    batches = DataLoader(TensorDataset(images, labels), 32, shuffle=True, seed=seed, transform=transform)
    trainer = Trainer(model, Adam(model.parameters()), CrossEntropyLoss(), CosineSchedule(0.002, 0, epochs))
    for _ in range(epochs):
        trainer.train_epoch(batches)
    _, right = trainer.evaluate(DataLoader(TensorDataset(unseen, unseen_labels), 250, transform=standard))
    return model, right, trainer.history["train_loss"]

plain = []
for seed in range(starts):
    plain.append(train(lenet, digits, seed, epochs))
    right = plain[-1][1]
    print(f"seed {seed}: {right:.1%} right on unseen pictures; loss from {plain[-1][2][0]:.3f} to {plain[-1][2][-1]:.4f}")
    assert right >= goal, f"seed {seed} reads only {right:.1%}"

# %% [markdown]
# At the end its loss is close to 0: it knows the pictures that it learned from, and there is nothing more that they could teach it.
#
# ## More pictures than there are
# A digit stays the same if it moves by up to two pixels. RandomCrop puts a frame of 2 zeros around each picture and cuts 28 by 28 out
# of it, at another place for each picture and each epoch. **Predict** what becomes of the loss in training, and of the share that it reads.

# %%
shift = RandomCrop(28, padding=2)
shifted = []
for seed in range(starts):
    shifted.append(train(lenet, digits, seed, shifted_epochs, shift))
    right = shifted[-1][1]
    print(f"seed {seed}: {right:.1%} right on unseen pictures; loss from {shifted[-1][2][0]:.3f} to {shifted[-1][2][-1]:.4f}")
    assert right >= shifted_goal, f"seed {seed} reads only {right:.1%} after shifts"

# %% [markdown]
# The paper did the same with 60,000 digits: errors fell from 0.95 % to 0.8 % with pictures distorted at random.

# %%
model = shifted[0][0]
with no_grad():
    said = model(Tensor(standard_like(digits[0])(digits[2]))).data.argmax(axis=1)
wrong = np.flatnonzero(said != unseen_labels)[:6]
figure, axes = plt.subplots(2, 7, figsize=(10, 3), gridspec_kw={"width_ratios": [2, 1, 1, 1, 1, 1, 1]})
for color, name, runs in (("tab:gray", "plain", plain), ("tab:green", "shifted", shifted)):
    for seed, (_, _, losses) in enumerate(runs):
        axes[0, 0].plot(range(1, len(losses) + 1), losses, color=color, label=name if seed == 0 else None)
axes[0, 0].set(xlabel="epoch", ylabel="loss, nats", yscale="log"), axes[0, 0].legend(fontsize=7)
axes[1, 0].axis("off")
for ax in axes[:, 1:].flat:
    ax.axis("off")
for kernel, ax in enumerate(axes[0, 1:]):
    ax.imshow(model[0].weight.data[kernel, 0], cmap="RdBu_r"), ax.set_title(f"kernel {kernel}", fontsize=8)
for ax, k in zip(axes[1, 1:], wrong, strict=False):
    ax.imshow(unseen[k], cmap="gray_r"), ax.set_title(f"{unseen_labels[k]}, says {said[k]}", fontsize=8)
figure.tight_layout()

# %% [markdown]
# ## What a step costs
# By the table, the convolutions do 95 % of the flops of a forward pass with 17 % of the parameters. **Predict** each line's share of the time: which
# takes time although it has hardly any flops? How many times forward does backward take, and where does the memory go?

# %%
model, loss_of = lenet(), CrossEntropyLoss()
optimizer = Adam(model.parameters())
pictures, targets = Tensor(standard_like(digits[0])(digits[0][:256])), digits[1][:256]

# %%
# %%measure --repeat 3 -o step
maps = model[0](pictures)
maps = model[2](model[1](maps))
maps = model[3](maps)
maps = model[5](model[4](maps))
scores = model[9](model[8](model[7](model[6](maps))))
loss = loss_of(scores, targets)
loss.backward()
optimizer.step()
optimizer.zero_grad()

# %% [markdown]
# Convolution leads, as the flops say. ReLU and pooling behind the first one take a share all the same: they do little, but read and write the largest maps
# of all. Backward makes two gradients for every forward (for the weights and for what came in), and brings each window's gradient back to where its
# maximum was. The step is next to nothing: shared weights are few, and it knows nothing of places. The memory goes to the maps, which
# stay until backward and have a row for each picture.
#
# Batches come from somewhere, too. **Predict:** what share of an epoch is spent on making its batches, and what do shifts add?

# %%
rows, standard = TensorDataset(digits[0][:2000], digits[1][:2000]), standard_like(digits[0])
plain_batches = DataLoader(rows, 32, shuffle=True, seed=0, transform=standard)
shifted_batches = DataLoader(rows, 32, shuffle=True, seed=0, transform=Compose([shift, standard]))
trainer = Trainer(model, optimizer, loss_of)

# %%
# %%measure --time -o epoch
for _ in plain_batches:
    pass
for _ in shifted_batches:
    pass
_ = trainer.train_epoch(shifted_batches)

# %% [markdown]
# A shift costs more than all the rest of a batch, because each picture is cut at its own place, and is cheap all the same: the third time contains the second. Here
# a thread that reads ahead (`prefetch` in module 08) could hide no more than that. For the price of longer training, not of slower steps, the
# network got pictures that nobody had to draw.

# %% [markdown]
# ## Why convolution?
# MNIST is kind: every digit stands in the middle, on white. Now the same digits at random places on pieces of two photographs, in colour (docs/datasets.md says
# how they are made). Two networks learn them in the same way, for as many epochs: the one of milestone 3 in larger, and the one from above. **Predict** both.

# %%
images, labels, unseen, unseen_labels = photo_digits()
photos = images[:learned], labels[:learned], unseen, unseen_labels

def without_convolution():
    return Sequential(Flatten(), Linear(3 * 32 * 32, 64), ReLU(), Linear(64, 10))

def with_convolution():
    return lenet(3, 32)

for network in (without_convolution, with_convolution):
    print(f"{network.__name__}: {sum(p.size for p in network().parameters()):,} parameters")
curves = []
for seed in range(starts):
    _, without, without_losses = train(without_convolution, photos, seed, photo_epochs)
    _, right, losses = train(with_convolution, photos, seed, photo_epochs)
    curves.append((without_losses, losses))
    print(f"seed {seed}: {without:.1%} right without convolution, {right:.1%} with it")
    assert right >= photo_goal, f"seed {seed} reads only {right:.1%} on photographs"
    assert right >= without + 0.2, f"seed {seed}: convolution is only {right - without:.1%} better"

# %%
figure, axes = plt.subplots(1, 5, figsize=(10, 2.2), gridspec_kw={"width_ratios": [1, 1, 1, 1, 2]})
for ax, image, label in zip(axes[:4], unseen, unseen_labels, strict=False):
    ax.imshow(image.transpose(1, 2, 0)), ax.set_title(str(label), fontsize=8), ax.axis("off")
for seed, both in enumerate(curves):
    for losses, color, name in zip(both, ("tab:gray", "tab:green"), ("without", "with"), strict=True):
        axes[4].plot(range(1, photo_epochs + 1), losses, color=color, label=name if seed == 0 else None)
axes[4].set(xlabel="epoch", ylabel="loss, nats", ylim=(0, None)), axes[4].legend(fontsize=7)
figure.tight_layout()

# %% [markdown]
# A layer of weights for each pixel must learn what an edge is at every place anew, from the pictures that have one there. A kernel is
# learned at all places at once. More epochs help the larger network more, but do not close the gap: after 8 of them the three starts had 70.5, 69.3
# and 70.3 % without convolution and 91.5, 92.4 and 91.4 % with it.
#
# ## Where it leads
# In 2012 the same kind of network, with eight layers of weights and 60 million parameters, learned from 1.2 million photographs on two graphics
# cards and won the ImageNet challenge by a wide margin (A. Krizhevsky, I. Sutskever and G. Hinton, *ImageNet Classification with Deep Convolutional Neural Networks*,
# NIPS 2012). Your step above says why it took graphics cards. A kernel looks at what is near; in milestone 5 everything may look at everything.
