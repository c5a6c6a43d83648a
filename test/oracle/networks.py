"""Outputs and initial weights of networks in PyTorch, for test/engine/networks.

    /usr/bin/python3 test/oracle/networks.py

writes networks/<name>.json (parameters of a thin network, input, output; values in base64), for which both sides fill
the weights by `weight()` below, from the parameter's name alone; and networksInitialisation.json (shape, mean,
standard deviation and largest absolute value of each freshly drawn parameter). The modules are torch's own
(nn.MultiheadAttention, nn.LayerNorm, torchvision's ResNet), put together as clip/model.py of github.com/openai/CLIP
puts them together. Made with torch 1.13 and torchvision 0.14.
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import nn

FOLDER = Path(__file__).parent / "networks"


def weight(name, shape):
    """Values in [-1, 1) of a linear congruential generator (Numerical Recipes) seeded by the name's FNV-1a, scaled."""
    count = int(np.prod(shape))
    state = 2166136261
    for byte in name.encode():
        state = ((state ^ byte) * 16777619) % 2**32
    values = np.empty(count)
    for i in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        values[i] = state / 2**31 - 1
    if name.endswith("running_var"):
        values = 1 + 0.5 * values
    elif len(shape) > 1:
        # Scales like a trained network's, so that every part of it matters to the output.
        values *= (3 * shape[0] / count) ** 0.5
    else:
        values = (1 if name.endswith("weight") else 0) + 0.3 * values
    return values.astype(np.float32).reshape(shape)


def fill(module):
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                tensor.copy_(torch.from_numpy(weight(name, tuple(tensor.shape))))
    return module.eval()


class QuickGELU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    def __init__(self, width, heads, activation, mask):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, 4 * width))
        self.mlp.add_module("gelu", nn.GELU() if activation == "gelu" else QuickGELU())
        self.mlp.add_module("c_proj", nn.Linear(4 * width, width))
        self.ln_2 = nn.LayerNorm(width)
        self.mask = mask

    def forward(self, x):
        normalised = self.ln_1(x)
        x = x + self.attn(normalised, normalised, normalised, need_weights=False, attn_mask=self.mask)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, width, layers, heads, activation, mask=None):
        super().__init__()
        self.resblocks = nn.Sequential(*[Block(width, heads, activation, mask) for _ in range(layers)])

    def forward(self, x):
        return self.resblocks(x)


class Vision(nn.Module):
    def __init__(self, imageSize, patchSize, width, layers, heads, dimension, activation):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patchSize, stride=patchSize, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty((imageSize // patchSize) ** 2 + 1, width))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, layers, heads, activation)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.empty(width, dimension))

    def forward(self, images):
        x = self.conv1(images).flatten(2).permute(0, 2, 1)
        x = torch.cat([self.class_embedding.expand(len(x), 1, -1), x], dim=1) + self.positional_embedding
        return self.ln_post(self.transformer(self.ln_pre(x))[:, 0]) @ self.proj


class Vit(nn.Module):
    def __init__(self, **params):
        super().__init__()
        self.visual = Vision(**params)

    def forward(self, images):
        return self.visual(images)

    def initialise(self):
        """As VisionTransformer of clip/model.py: what is not drawn here is torch's default."""
        deviation = self.visual.proj.shape[0] ** -0.5
        nn.init.normal_(self.visual.class_embedding, std=deviation)
        nn.init.normal_(self.visual.positional_embedding, std=deviation)
        nn.init.normal_(self.visual.proj, std=deviation)


class ClipText(nn.Module):
    def __init__(self, vocabulary, context, width, layers, heads, dimension, activation):
        super().__init__()
        mask = torch.full((context, context), float("-inf")).triu(1)
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.empty(context, width))
        self.transformer = Transformer(width, layers, heads, activation, mask)
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.empty(width, dimension))

    def forward(self, tokens):
        x = self.ln_final(self.transformer(self.token_embedding(tokens) + self.positional_embedding))
        return x[torch.arange(len(x)), tokens.argmax(dim=-1)] @ self.text_projection

    def initialise(self):
        """As CLIP.initialize_parameters of clip/model.py: what is not drawn here is torch's default."""
        width = self.text_projection.shape[0]
        layers = len(self.transformer.resblocks)
        nn.init.normal_(self.token_embedding.weight, std=0.02)
        nn.init.normal_(self.positional_embedding, std=0.01)
        for block in self.transformer.resblocks:
            nn.init.normal_(block.attn.in_proj_weight, std=width**-0.5)
            nn.init.normal_(block.attn.out_proj.weight, std=width**-0.5 * (2 * layers) ** -0.5)
            nn.init.normal_(block.mlp.c_fc.weight, std=(2 * width) ** -0.5)
            nn.init.normal_(block.mlp.c_proj.weight, std=width**-0.5 * (2 * layers) ** -0.5)
        nn.init.normal_(self.text_projection, std=width**-0.5)


class ResNet(torchvision.models.ResNet):
    """torchvision's. Another width is made by building its convolutions anew from the original's arguments."""

    def __init__(self, imageSize, width, classes):
        super().__init__(torchvision.models.resnet.BasicBlock, [2, 2, 2, 2], num_classes=classes or 1)
        if width != 64:
            thin(self, width / 64)
            self.fc = nn.Linear(8 * width, classes or 1)
        if classes is None:
            self.fc = nn.Identity()

    def initialise(self):
        """Nothing to add to torchvision's constructor."""


def thin(module, factor):
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            inputs = child.in_channels if child.in_channels == 3 else int(child.in_channels * factor)
            args = (child.kernel_size, child.stride, child.padding)
            setattr(module, name, nn.Conv2d(inputs, int(child.out_channels * factor), *args, bias=False))
        elif isinstance(child, nn.BatchNorm2d):
            setattr(module, name, nn.BatchNorm2d(int(child.num_features * factor)))
        else:
            thin(child, factor)


class Mlp(nn.Module):
    def __init__(self, inputs, width, layers, activation):
        super().__init__()
        sizes = [inputs] + [width] * layers
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.activation = {
            "sigmoid": nn.Sigmoid(),
            "relu": nn.ReLU(),
            "leaky-relu": nn.LeakyReLU(0.01),
            "tanh": nn.Tanh(),
            "none": nn.Identity(),
        }[activation]

    def forward(self, x):
        for layer in self.layers:
            x = self.activation(layer(x))
        return x

    def initialise(self):
        """Nothing to add to torch's defaults."""


def encode(array):
    kind = "int32" if array.dtype.kind == "i" else "float32"
    data = base64.b64encode(array.astype("<i4" if kind == "int32" else "<f4").tobytes()).decode()
    return {"shape": list(array.shape), "elementType": kind, "data": data}


def write(name, kind, module, params, inputs):
    with torch.no_grad():
        output = fill(module(**params))(inputs)
    params = {key: value for key, value in params.items() if value is not None}
    fixture = {"kind": kind, "params": params, "input": encode(inputs.numpy()), "output": encode(output.numpy())}
    (FOLDER / f"{name}.json").write_text(json.dumps(fixture) + "\n")


def statistics(module, params):
    network = module(**params)
    network.initialise()
    parameters = []
    for name, tensor in network.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            values = tensor.double()
            parameters.append(
                {
                    "name": name,
                    "shape": list(tensor.shape),
                    "mean": values.mean().item(),
                    "deviation": values.std(unbiased=False).item(),
                    "largest": values.abs().max().item(),
                }
            )
    return {"params": {key: value for key, value in params.items() if value is not None}, "parameters": parameters}


def main():
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(0)
    images = torch.randn(3, 3, 24, 24)
    for activation in ["quick-gelu", "gelu"]:
        shape = dict(width=24, layers=2, heads=3, dimension=10, activation=activation)
        write(f"vit-{activation}", "vit", Vit, dict(imageSize=24, patchSize=8, **shape), images)
        tokens = torch.randint(0, 50, (4, 12))
        write(f"clip-text-{activation}", "clip-text", ClipText, dict(vocabulary=50, context=12, **shape), tokens)
    images = torch.randn(2, 3, 36, 36)
    write("resnet-features", "resnet", ResNet, dict(imageSize=36, width=8, classes=None), images)
    write("resnet-classes", "resnet", ResNet, dict(imageSize=36, width=4, classes=5), images)
    for activation in ["sigmoid", "relu", "leaky-relu", "tanh", "none"]:
        params = dict(inputs=12, width=8, layers=3, activation=activation)
        write(f"mlp-{activation}", "mlp", Mlp, params, torch.randn(4, 12))

    shape = dict(width=96, layers=3, heads=2, dimension=40, activation="quick-gelu")
    initial = {
        "vit": statistics(Vit, dict(imageSize=32, patchSize=8, **shape)),
        "clip-text": statistics(ClipText, dict(vocabulary=300, context=20, **shape)),
        "resnet": statistics(ResNet, dict(imageSize=64, width=64, classes=10)),
        "mlp": statistics(Mlp, dict(inputs=200, width=64, layers=2, activation="relu")),
    }
    (FOLDER.parent / "networksInitialisation.json").write_text(json.dumps(initial, indent=1) + "\n")


if __name__ == "__main__":
    main()
