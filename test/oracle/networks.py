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


def activation_of(name):
    return {"quick-gelu": QuickGELU(), "gelu": nn.GELU(), "gelu-tanh": nn.GELU(approximate="tanh")}[name]


class Block(nn.Module):
    def __init__(self, width, heads, activation, mask, mlpWidth=None, layerNormEpsilon=1e-5):
        super().__init__()
        hidden = mlpWidth or 4 * width
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.ln_1 = nn.LayerNorm(width, eps=layerNormEpsilon)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, hidden))
        self.mlp.add_module("gelu", activation_of(activation))
        self.mlp.add_module("c_proj", nn.Linear(hidden, width))
        self.ln_2 = nn.LayerNorm(width, eps=layerNormEpsilon)
        self.mask = mask

    def forward(self, x):
        normalised = self.ln_1(x)
        x = x + self.attn(normalised, normalised, normalised, need_weights=False, attn_mask=self.mask)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, width, layers, heads, activation, mask=None, **options):
        super().__init__()
        self.resblocks = nn.Sequential(*[Block(width, heads, activation, mask, **options) for _ in range(layers)])

    def forward(self, x):
        return self.resblocks(x)


class Vision(nn.Module):
    def __init__(self, imageSize, patchSize, width, layers, heads, dimension, activation, **options):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patchSize, stride=patchSize, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty((imageSize // patchSize) ** 2 + 1, width))
        epsilon = options.get("layerNormEpsilon", 1e-5)
        self.ln_pre = nn.LayerNorm(width, eps=epsilon)
        self.transformer = Transformer(width, layers, heads, activation, **options)
        self.ln_post = nn.LayerNorm(width, eps=epsilon)
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
    def __init__(self, vocabulary, context, width, layers, heads, dimension, activation, **options):
        super().__init__()
        mask = torch.full((context, context), float("-inf")).triu(1)
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.empty(context, width))
        self.transformer = Transformer(width, layers, heads, activation, mask, **options)
        self.ln_final = nn.LayerNorm(width, eps=options.get("layerNormEpsilon", 1e-5))
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


class SiglipAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x):
        batch, positions, width = x.shape
        q, k, v = (
            projection(x).view(batch, positions, self.heads, -1).transpose(1, 2)
            for projection in [self.q_proj, self.k_proj, self.v_proj]
        )
        weights = torch.softmax(q @ k.transpose(2, 3) / (width // self.heads) ** 0.5, dim=-1)
        return self.out_proj((weights @ v).transpose(1, 2).reshape(batch, positions, width))

    def initialise(self):
        for projection in [self.q_proj, self.k_proj, self.v_proj, self.out_proj]:
            nn.init.xavier_uniform_(projection.weight)
            nn.init.zeros_(projection.bias)


class SiglipMlp(nn.Module):
    def __init__(self, width, hidden, activation):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.activation = activation_of(activation)

    def forward(self, x):
        return self.fc2(self.activation(self.fc1(x)))

    def initialise(self):
        for layer in [self.fc1, self.fc2]:
            nn.init.xavier_uniform_(layer.weight)
            nn.init.normal_(layer.bias, std=1e-6)


class SiglipBlock(nn.Module):
    def __init__(self, width, heads, hidden, activation, epsilon):
        super().__init__()
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width, eps=epsilon), nn.LayerNorm(width, eps=epsilon)
        self.self_attn = SiglipAttention(width, heads)
        self.mlp = SiglipMlp(width, hidden, activation)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class SiglipPooling(nn.Module):
    def __init__(self, width, heads, hidden, activation, epsilon):
        super().__init__()
        self.probe = nn.Parameter(torch.empty(1, 1, width))
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.layernorm = nn.LayerNorm(width, eps=epsilon)
        self.mlp = SiglipMlp(width, hidden, activation)

    def forward(self, x):
        found = self.attention(self.probe.repeat(len(x), 1, 1), x, x)[0]
        return (found + self.mlp(self.layernorm(found)))[:, 0]

    def initialise(self):
        nn.init.xavier_uniform_(self.probe)
        nn.init.xavier_uniform_(self.attention.in_proj_weight)
        nn.init.zeros_(self.attention.in_proj_bias)
        lecun_normal(self.attention.out_proj)


def lecun_normal(layer):
    """Cut off at two of the deviations that it has before it is cut off."""
    deviation = nn.init._calculate_fan_in_and_fan_out(layer.weight)[0] ** -0.5 / 0.87962566103423978
    nn.init.trunc_normal_(layer.weight, std=deviation, a=-2 * deviation, b=2 * deviation)
    nn.init.zeros_(layer.bias)


def siglip_tower(width, layers, heads, activation, mlpWidth, layerNormEpsilon):
    blocks = [SiglipBlock(width, heads, mlpWidth, activation, layerNormEpsilon) for _ in range(layers)]
    tower = nn.Module()
    tower.embeddings, tower.encoder = nn.Module(), nn.Module()
    tower.encoder.layers = nn.Sequential(*blocks)
    return tower


def initialise_siglip(tower, width):
    for module in tower.modules():
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=width**-0.5)
        elif hasattr(module, "initialise"):
            module.initialise()


class SiglipVision(nn.Module):
    """Follows transformers' modeling_siglip.py, as do the parts of it above."""

    def __init__(self, imageSize, patchSize, width, layers, heads, activation, mlpWidth, layerNormEpsilon):
        super().__init__()
        self.vision_model = tower = siglip_tower(width, layers, heads, activation, mlpWidth, layerNormEpsilon)
        tower.embeddings.patch_embedding = nn.Conv2d(3, width, patchSize, stride=patchSize)
        tower.embeddings.position_embedding = nn.Embedding((imageSize // patchSize) ** 2, width)
        tower.post_layernorm = nn.LayerNorm(width, eps=layerNormEpsilon)
        tower.head = SiglipPooling(width, heads, mlpWidth, activation, layerNormEpsilon)

    def forward(self, images):
        tower = self.vision_model
        x = tower.embeddings.patch_embedding(images).flatten(2).transpose(1, 2)
        x = tower.encoder.layers(x + tower.embeddings.position_embedding.weight)
        return tower.head(tower.post_layernorm(x))

    def initialise(self):
        embeddings = self.vision_model.embeddings
        initialise_siglip(self.vision_model, embeddings.position_embedding.weight.shape[1])
        lecun_normal(embeddings.patch_embedding)


class SiglipText(nn.Module):
    def __init__(self, vocabulary, context, width, layers, heads, dimension, activation, mlpWidth, layerNormEpsilon):
        super().__init__()
        self.text_model = tower = siglip_tower(width, layers, heads, activation, mlpWidth, layerNormEpsilon)
        tower.embeddings.token_embedding = nn.Embedding(vocabulary, width)
        tower.embeddings.position_embedding = nn.Embedding(context, width)
        tower.final_layer_norm = nn.LayerNorm(width, eps=layerNormEpsilon)
        tower.head = nn.Linear(width, dimension)

    def forward(self, tokens):
        tower = self.text_model
        x = tower.embeddings.token_embedding(tokens) + tower.embeddings.position_embedding.weight
        return tower.head(tower.final_layer_norm(tower.encoder.layers(x))[:, -1])

    def initialise(self):
        initialise_siglip(self.text_model, self.text_model.embeddings.token_embedding.weight.shape[1])
        lecun_normal(self.text_model.head)


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

    # Epsilons large enough to matter.
    options = dict(width=24, layers=2, heads=3, mlpWidth=40, activation="gelu-tanh", layerNormEpsilon=0.01)
    images = torch.randn(3, 3, 28, 28)
    tokens = torch.randint(0, 50, (4, 12))
    write("vit-options", "vit", Vit, dict(imageSize=28, patchSize=7, dimension=10, **options), images)
    write("clip-text-options", "clip-text", ClipText, dict(vocabulary=50, context=12, dimension=10, **options), tokens)
    write("siglip-vision", "siglip-vision", SiglipVision, dict(imageSize=28, patchSize=8, **options), images)
    write("siglip-text", "siglip-text", SiglipText, dict(vocabulary=50, context=12, dimension=10, **options), tokens)
    options = dict(width=96, layers=3, heads=2, mlpWidth=200, activation="gelu-tanh", layerNormEpsilon=1e-6)
    initial["siglip-vision"] = statistics(SiglipVision, dict(imageSize=32, patchSize=8, **options))
    initial["siglip-text"] = statistics(SiglipText, dict(vocabulary=300, context=20, dimension=40, **options))
    (FOLDER.parent / "networksInitialisation.json").write_text(json.dumps(initial, indent=1) + "\n")


if __name__ == "__main__":
    main()
