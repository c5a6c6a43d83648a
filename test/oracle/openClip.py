"""Thin models of open_clip with random weights, and what they make of images and texts, for test/engine/encoders/openClip.

    /usr/bin/python3 test/oracle/openClip.py

writes openClip/custom (a `CustomTextCLIP`: ViT and causal text transformer, texts in lower case) and openClip/siglip (a
vision transformer with timm's names and its pooling by attention, texts without a causal mask, cleaned as `canonicalize`),
each with open_clip_config.json, open_clip_model.safetensors, tokenizer.json and expected.json: pixels and features (base64
of little-endian float32), texts, tokens, features; and openClip/images.json: pictures as open_clip prepares them.

The towers are those of networks.py, that of timm is written anew after timm/models/vision_transformer.py and
timm/layers/attention_pool.py, the preparation after open_clip's transform.py and tokenizer.py, with torchvision's own
transforms. Made with torch 1.13, torchvision 0.14 and Pillow 9.4.
"""

import base64
import html
import json
import string
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torchvision import transforms
from torchvision.transforms import functional as TF

import clipCheckpoint
import siglipTexts
from clipCheckpoint import base64_of, write_safetensors
from networks import ClipText, SiglipText, Vit

FOLDER = Path(__file__).parent / "openClip"
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
CLIP_TEXTS = ["A red photo", "photo &amp;amp; of\n a RED thing", "“Caf&eacute;”  ﬁn", "one two three four five six seven"]
SIGLIP_TEXTS = ["A Red_Thing!", "it’s &lt;a&gt; thing", "", "a red thing a red thing a red thing a red thing a red thing"]


def basic_clean(text):
    # Of ftfy's steps, those that these texts need.
    text = html.unescape(text).translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xFB01: "fi"})
    return html.unescape(html.unescape(text)).strip()


def lower(text):
    return " ".join(basic_clean(text).split()).lower()


def canonicalize(text):
    text = basic_clean(text).replace("_", " ").translate(str.maketrans("", "", string.punctuation)).lower()
    return " ".join(text.split())


class TimmBlock(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attn, self.mlp = nn.Module(), nn.Module()
        self.attn.qkv, self.attn.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp.fc1, self.mlp.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        n, p, w = x.shape
        q, k, v = self.attn.qkv(self.norm1(x)).reshape(n, p, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-1, -2) * (w // self.heads) ** -0.5).softmax(-1)
        x = x + self.attn.proj((weights @ v).transpose(1, 2).reshape(n, p, w))
        return x + self.mlp.fc2(F.gelu(self.mlp.fc1(self.norm2(x))))


class TimmVision(nn.Module):
    def __init__(self, size, patch, width, layers, heads, hidden):
        super().__init__()
        self.heads = heads
        trunk = nn.Module()
        trunk.patch_embed = nn.Module()
        trunk.patch_embed.proj = nn.Conv2d(3, width, patch, stride=patch)
        trunk.pos_embed = nn.Parameter(torch.randn(1, (size // patch) ** 2, width))
        trunk.blocks = nn.Sequential(*(TimmBlock(width, heads, hidden) for _ in range(layers)))
        trunk.norm = nn.LayerNorm(width, eps=1e-6)
        pool = trunk.attn_pool = nn.Module()
        pool.latent = nn.Parameter(torch.randn(1, 1, width))
        pool.q, pool.kv, pool.proj = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)
        pool.norm, pool.mlp = nn.LayerNorm(width, eps=1e-6), nn.Module()
        pool.mlp.fc1, pool.mlp.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.visual = nn.Module()
        self.visual.trunk = trunk

    def forward(self, images):
        trunk, pool = self.visual.trunk, self.visual.trunk.attn_pool
        x = trunk.patch_embed.proj(images).flatten(2).transpose(1, 2) + trunk.pos_embed
        x = trunk.norm(trunk.blocks(x))
        n, p, w = x.shape
        q = pool.q(pool.latent.expand(n, -1, -1)).reshape(n, 1, self.heads, -1).transpose(1, 2)
        k, v = pool.kv(x).reshape(n, p, 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        x = ((q @ k.transpose(-1, -2) * (w // self.heads) ** -0.5).softmax(-1) @ v).transpose(1, 2).reshape(n, 1, w)
        x = pool.proj(x)
        return (x + pool.mlp.fc2(F.gelu(pool.mlp.fc1(pool.norm(x)))))[:, 0]


def drawn(module):
    for name, tensor in module.named_parameters():
        values = torch.randn(tensor.shape)
        if tensor.dim() > 1 and "embed" not in name:
            values *= 1.5 / np.sqrt(np.prod(tensor.shape[1:]))
        elif tensor.dim() == 1:
            values = 0.2 * values + (1 if name.endswith("weight") else 0)
        tensor.data = values
    return module.eval()


def openclip_text_names(siglip):
    """SigLIP's tower of texts, whose forward pass open_clip's has with these settings, under open_clip's names."""
    state, renamed = siglip.state_dict(), {}
    simple = {
        "text_model.embeddings.token_embedding.weight": "token_embedding.weight",
        "text_model.embeddings.position_embedding.weight": "positional_embedding",
        "text_model.final_layer_norm.weight": "ln_final.weight",
        "text_model.final_layer_norm.bias": "ln_final.bias",
        "text_model.head.weight": "text_projection.weight",
        "text_model.head.bias": "text_projection.bias",
    }
    for name, other in simple.items():
        renamed[f"text.{other}"] = state.pop(name)
    for layer in range(len(siglip.text_model.encoder.layers)):
        ours, theirs = f"text_model.encoder.layers.{layer}", f"text.transformer.resblocks.{layer}"
        for kind in ["weight", "bias"]:
            parts = [state.pop(f"{ours}.self_attn.{part}_proj.{kind}") for part in "qkv"]
            renamed[f"{theirs}.attn.in_proj_{kind}"] = torch.cat(parts)
            for a, b in [("self_attn.out_proj", "attn.out_proj"), ("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"), ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj")]:
                renamed[f"{theirs}.{b}.{kind}"] = state.pop(f"{ours}.{a}.{kind}")
    assert not state
    return renamed


def write(folder, config, tensors, tokenizer, settings, vision, text, size, texts, tokens):
    path = FOLDER / folder
    path.mkdir(parents=True, exist_ok=True)
    write_safetensors(path / "open_clip_model.safetensors", tensors)
    pixels = torch.randn(2, 3, size, size)
    with torch.no_grad():
        image_features, text_features = vision(pixels), text(torch.tensor(tokens))
    expected = dict(pixels=base64_of(pixels), imageFeatures=base64_of(image_features), texts=texts, tokens=tokens, textFeatures=base64_of(text_features))
    files = {"open_clip_config.json": config, "tokenizer.json": tokenizer, "tokenizer_config.json": settings, "expected.json": expected}
    for file, content in files.items():
        (path / file).write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")


def custom():
    context, vocabulary = clipCheckpoint.CONTEXT, len(clipCheckpoint.TOKENS)
    blocks = dict(layers=1, dimension=8, activation="quick-gelu")
    vision = drawn(Vit(imageSize=8, patchSize=4, width=8, heads=2, mlpWidth=20, **blocks))
    text = drawn(ClipText(vocabulary=vocabulary, context=context, width=8, heads=2, **blocks))
    tensors = {"logit_scale": torch.tensor(3.5), **vision.state_dict(), **{f"text.{name}": value for name, value in text.state_dict().items()}}
    config = {
        "model_cfg": {
            "embed_dim": 8,
            "quick_gelu": True,
            "custom_text": True,
            "vision_cfg": {"image_size": 8, "layers": 1, "width": 8, "head_width": 4, "patch_size": 4, "mlp_ratio": 2.5},
            "text_cfg": {"context_length": context, "vocab_size": vocabulary, "width": 8, "heads": 2, "layers": 1},
        },
        "preprocess_cfg": {"mean": MEAN, "std": STD, "interpolation": "bicubic", "resize_mode": "shortest"},
    }
    # Padded with 0, as open_clip's own tokenizer does.
    tokens = [clipCheckpoint.tokenize(lower(given), 0, None) for given in CLIP_TEXTS]
    write("custom", config, tensors, clipCheckpoint.tokenizer_json(None), {"pad_token": clipCheckpoint.TOKENS[0]}, vision, text, 8, CLIP_TEXTS, tokens)


def siglip():
    width, heads, hidden = 24, 12, 36
    vision = drawn(TimmVision(40, 16, width, 2, heads, hidden))
    text = drawn(
        SiglipText(
            vocabulary=len(siglipTexts.UNIGRAM), context=siglipTexts.LENGTH, dimension=width, width=8, layers=2, heads=2, mlpWidth=12, activation="gelu", layerNormEpsilon=1e-6
        )
    )
    tensors = {"logit_scale": torch.tensor(4.5), "logit_bias": torch.tensor(-12.0), **vision.state_dict(), **openclip_text_names(text)}
    config = {
        "model_cfg": {
            "embed_dim": width,
            "init_logit_bias": -10,
            "custom_text": True,
            "vision_cfg": {"image_size": 40, "timm_model_name": "vit_base_patch16_siglip_224", "timm_model_pretrained": False, "timm_pool": "map", "timm_proj": "none"},
            "text_cfg": {
                "context_length": siglipTexts.LENGTH, "vocab_size": len(siglipTexts.UNIGRAM), "hf_tokenizer_name": "timm/ViT-B-16-SigLIP", "tokenizer_kwargs": {"clean": "canonicalize"},
                "width": 8, "heads": 2, "layers": 2, "mlp_ratio": 1.5, "no_causal_mask": True, "proj_bias": True, "pool_type": "last", "norm_kwargs": {"eps": 1e-6},
            },
        },
        "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "interpolation": "bicubic", "resize_mode": "squash"},
    }  # fmt: skip
    cleaned = [canonicalize(given) for given in SIGLIP_TEXTS]
    tokens = [siglipTexts.padded(siglipTexts.unigram(given) if given else []) for given in cleaned]
    tokenizer = json.loads((Path(__file__).parent / "siglipTexts" / "unigram.json").read_text())
    write("siglip", config, tensors, tokenizer, {"pad_token": "<pad>", "tokenizer_class": "T5Tokenizer"}, vision, text, 40, SIGLIP_TEXTS, tokens)


def prepared(image, size, mode, interpolation):
    """image_transform of open_clip's transform.py, for evaluation."""
    kind = {"bicubic": transforms.InterpolationMode.BICUBIC, "bilinear": transforms.InterpolationMode.BILINEAR}[interpolation]
    if mode == "squash":
        image = TF.resize(image, [size, size], kind)
    elif mode == "shortest":
        image = TF.center_crop(TF.resize(image, size, kind), [size, size])
    else:
        width, height = image.size
        ratio = max(width / size, height / size)
        image = TF.resize(image, [round(height / ratio), round(width / ratio)], kind)
        width, height = image.size
        left, top = (size - width) // 2, (size - height) // 2
        image = TF.pad(image, [left, top, size - width - left, size - height - top], fill=0)
    return transforms.Compose([transforms.ToTensor(), transforms.Normalize(MEAN, STD)])(image)


def images():
    generator = np.random.default_rng(5)
    cases = []
    for width, height, size in [(13, 10, 8), (10, 17, 7), (9, 23, 8), (8, 11, 8), (5, 6, 9)]:
        rgb = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
        for mode in ["shortest", "longest", "squash"]:
            for interpolation in ["bicubic", "bilinear"] if size == 8 and width == 13 else ["bicubic"]:
                values = prepared(Image.fromarray(rgb), size, mode, interpolation)
                cases.append(dict(width=width, height=height, rgb=base64.b64encode(rgb.tobytes()).decode(), size=size, mode=mode, interpolation=interpolation, values=base64_of(values)))
    (FOLDER / "images.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.manual_seed(4)
    FOLDER.mkdir(exist_ok=True)
    custom()
    siglip()
    images()
