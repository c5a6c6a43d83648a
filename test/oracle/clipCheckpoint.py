"""Two thin CLIP checkpoints with random weights, and what they make of images and texts, for test/engine/encoders/clip*.

    /usr/bin/python3 test/oracle/clipCheckpoint.py

writes clipCheckpoint/huggingFace (names of transformers' CLIPModel, float32, quick_gelu, eos_token_id 2 as in OpenAI's
converted checkpoints: a text is embedded at its highest token) and clipCheckpoint/openai (OpenAI's names, bfloat16 and
float16, gelu, embedded at the first eos_token_id, with a token numbered above it), each with expected.json: pixels
and features (base64 of little-endian float32), texts, tokens and features.

The forward pass follows transformers' modeling_clip.py, the tokenizer clip/simple_tokenizer.py of github.com/openai/CLIP,
both written anew here. Made with torch 1.13.
"""

import base64
import json
import re
import struct
import unicodedata
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

FOLDER = Path(__file__).parent / "clipCheckpoint"
START, END = "<|startoftext|>", "<|endoftext|>"
EXTRA = "<|extra|>"
MERGES = [("r", "e"), ("re", "d</w>"), ("p", "h"), ("ph", "o"), ("pho", "t"), ("phot", "o</w>"), ("o", "f</w>"), ("i", "n"), ("in", "g</w>")]
SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
CONTEXT = 12
TEXTS = [
    "A red photo",
    "",
    "photo  of\n a RED thing, it's 42!",
    "Café ☃ reding",
    "one two three four five six seven",
]


def bytes_to_unicode():
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table, others = {b: chr(b) for b in kept}, 0
    for b in range(256):
        if b not in table:
            table[b] = chr(256 + others)
            others += 1
    return {b: table[b] for b in [*kept, *[b for b in range(256) if b not in kept]]}


BYTES = bytes_to_unicode()
TOKENS = [*BYTES.values(), *[c + "</w>" for c in BYTES.values()], *["".join(pair) for pair in MERGES], START, END]
VOCABULARY = {token: number for number, token in enumerate(TOKENS)}


def bpe(word):
    parts = [*word[:-1], word[-1] + "</w>"]
    while len(parts) > 1:
        ranks = [(MERGES.index(pair), i) for i, pair in enumerate(zip(parts, parts[1:])) if pair in MERGES]
        if not ranks:
            break
        first = MERGES[min(ranks)[0]]
        merged, i = [], 0
        while i < len(parts):
            if tuple(parts[i : i + 2]) == first:
                merged.append("".join(first))
                i += 2
            else:
                merged.append(parts[i])
                i += 1
        parts = merged
    return parts


def content_tokens(text):
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).lower()
    # Letters are \w without digits and the underscore; digits one by one.
    pattern = r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+"
    for word in re.findall(pattern, text):
        for part in bpe("".join(BYTES[b] for b in word.encode())):
            yield VOCABULARY[part]


def tokenize(text, padding, extra):
    content = []
    for i, part in enumerate(text.split(EXTRA) if extra else [text]):
        content += [extra] if i else []
        content += content_tokens(part)
    ids = [VOCABULARY[START], *content[: CONTEXT - 2], VOCABULARY[END]]
    return ids + [padding] * (CONTEXT - len(ids))


def added(number, content):
    return dict(id=number, content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)


def tokenizer_json(extra):
    specials = [added(VOCABULARY[START], START), added(VOCABULARY[END], END)]
    if extra:
        specials.append(added(extra, EXTRA))
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": specials,
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "NFC"},
                {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
                {"type": "Lowercase"},
            ],
        },
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": SPLIT}, "behavior": "Removed", "invert": True},
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True},
            ],
        },
        "post_processor": {
            "type": "RobertaProcessing",
            "sep": [END, VOCABULARY[END]],
            "cls": [START, VOCABULARY[START]],
            "trim_offsets": False,
            "add_prefix_space": False,
        },
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": END,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "</w>",
            "fuse_unk": False,
            "vocab": VOCABULARY,
            "merges": [" ".join(pair) for pair in MERGES],
        },
    }


def block_tensors(prefix, width):
    for part in ["q", "k", "v", "out"]:
        yield f"{prefix}.self_attn.{part}_proj.weight", (width, width)
        yield f"{prefix}.self_attn.{part}_proj.bias", (width,)
    for norm in ["layer_norm1", "layer_norm2"]:
        yield f"{prefix}.{norm}.weight", (width,)
        yield f"{prefix}.{norm}.bias", (width,)
    yield f"{prefix}.mlp.fc1.weight", (4 * width, width)
    yield f"{prefix}.mlp.fc1.bias", (4 * width,)
    yield f"{prefix}.mlp.fc2.weight", (width, 4 * width)
    yield f"{prefix}.mlp.fc2.bias", (width,)


def draw(config):
    text, vision, d = config["text_config"], config["vision_config"], config["projection_dim"]
    w, v = text["hidden_size"], vision["hidden_size"]
    patches = (vision["image_size"] // vision["patch_size"]) ** 2
    shapes = {
        "text_model.embeddings.token_embedding.weight": (text["vocab_size"], w),
        "text_model.embeddings.position_embedding.weight": (CONTEXT, w),
        "text_model.final_layer_norm.weight": (w,),
        "text_model.final_layer_norm.bias": (w,),
        "text_projection.weight": (d, w),
        "vision_model.embeddings.class_embedding": (v,),
        "vision_model.embeddings.patch_embedding.weight": (v, 3, vision["patch_size"], vision["patch_size"]),
        "vision_model.embeddings.position_embedding.weight": (patches + 1, v),
        "vision_model.pre_layrnorm.weight": (v,),
        "vision_model.pre_layrnorm.bias": (v,),
        "vision_model.post_layernorm.weight": (v,),
        "vision_model.post_layernorm.bias": (v,),
        "visual_projection.weight": (d, v),
    }
    for part, c in [("text", text), ("vision", vision)]:
        for layer in range(c["num_hidden_layers"]):
            shapes.update(block_tensors(f"{part}_model.encoder.layers.{layer}", c["hidden_size"]))
    tensors = {"logit_scale": torch.tensor(3.5)}
    for name, shape in shapes.items():
        values = torch.randn(shape)
        if len(shape) > 1 and "embeddings.to" not in name and "position" not in name:
            values *= 1.5 / np.sqrt(np.prod(shape[1:]))
        elif len(shape) == 1:
            values = 0.2 * values + (1 if name.endswith("norm.weight") or re.search(r"norm\d\.weight$", name) else 0)
        tensors[name] = values
    return tensors


def encoder(t, part, config, x, mask=None):
    width, heads = config["hidden_size"], config["num_attention_heads"]
    act = F.gelu if config["hidden_act"] == "gelu" else lambda x: x * torch.sigmoid(1.702 * x)
    norm = lambda name, x: F.layer_norm(x, (width,), t[f"{name}.weight"], t[f"{name}.bias"], 1e-5)
    lin = lambda name, x: F.linear(x, t[f"{name}.weight"], t[f"{name}.bias"])
    n, p, _ = x.shape
    split = lambda x: x.view(n, p, heads, width // heads).transpose(1, 2)
    for layer in range(config["num_hidden_layers"]):
        name = f"{part}_model.encoder.layers.{layer}"
        h = norm(f"{name}.layer_norm1", x)
        q = split(lin(f"{name}.self_attn.q_proj", h) * (width // heads) ** -0.5)
        k, v = split(lin(f"{name}.self_attn.k_proj", h)), split(lin(f"{name}.self_attn.v_proj", h))
        scores = q @ k.transpose(-1, -2)
        if mask is not None:
            scores = scores + mask
        h = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, p, width)
        x = x + lin(f"{name}.self_attn.out_proj", h)
        h = norm(f"{name}.layer_norm2", x)
        x = x + lin(f"{name}.mlp.fc2", act(lin(f"{name}.mlp.fc1", h)))
    return x, norm


def image_features(t, config, pixels):
    c = config["vision_config"]
    e = "vision_model.embeddings"
    patches = F.conv2d(pixels, t[f"{e}.patch_embedding.weight"], stride=c["patch_size"]).flatten(2).transpose(1, 2)
    classes = t[f"{e}.class_embedding"].expand(len(pixels), 1, -1)
    x = torch.cat([classes, patches], 1) + t[f"{e}.position_embedding.weight"]
    x = F.layer_norm(x, x.shape[-1:], t["vision_model.pre_layrnorm.weight"], t["vision_model.pre_layrnorm.bias"], 1e-5)
    x, norm = encoder(t, "vision", c, x)
    return F.linear(norm("vision_model.post_layernorm", x[:, 0]), t["visual_projection.weight"])


def text_features(t, config, ids):
    c = config["text_config"]
    x = t["text_model.embeddings.token_embedding.weight"][ids] + t["text_model.embeddings.position_embedding.weight"]
    mask = torch.full((CONTEXT, CONTEXT), float("-inf")).triu(1)
    x, norm = encoder(t, "text", c, x, mask)
    x = norm("text_model.final_layer_norm", x)
    if c["eos_token_id"] == 2:
        ends = ids.argmax(-1)
    else:
        ends = (ids == c["eos_token_id"]).int().argmax(-1)
    return F.linear(x[torch.arange(len(ids)), ends], t["text_projection.weight"])


def openai_names(t):
    renamed = {
        "logit_scale": t["logit_scale"],
        "visual.class_embedding": t["vision_model.embeddings.class_embedding"],
        "visual.conv1.weight": t["vision_model.embeddings.patch_embedding.weight"],
        "visual.positional_embedding": t["vision_model.embeddings.position_embedding.weight"],
        "visual.proj": t["visual_projection.weight"].T,
        "text_projection": t["text_projection.weight"].T,
        "token_embedding.weight": t["text_model.embeddings.token_embedding.weight"],
        "positional_embedding": t["text_model.embeddings.position_embedding.weight"],
    }
    norms = {
        "visual.ln_pre": "vision_model.pre_layrnorm",
        "visual.ln_post": "vision_model.post_layernorm",
        "ln_final": "text_model.final_layer_norm",
    }
    for ours, theirs in norms.items():
        for kind in ["weight", "bias"]:
            renamed[f"{ours}.{kind}"] = t[f"{theirs}.{kind}"]
    layers = sorted({m[0] for m in (re.match(r"(text|vision)_model\.encoder\.layers\.\d+", n) for n in t) if m})
    for layer in layers:
        ours = ("visual." if layer.startswith("vision") else "") + "transformer.resblocks." + layer.split(".")[-1]
        for kind in ["weight", "bias"]:
            renamed[f"{ours}.attn.in_proj_{kind}"] = torch.cat([t[f"{layer}.self_attn.{p}_proj.{kind}"] for p in "qkv"])
            renamed[f"{ours}.attn.out_proj.{kind}"] = t[f"{layer}.self_attn.out_proj.{kind}"]
            renamed[f"{ours}.ln_1.{kind}"] = t[f"{layer}.layer_norm1.{kind}"]
            renamed[f"{ours}.ln_2.{kind}"] = t[f"{layer}.layer_norm2.{kind}"]
            renamed[f"{ours}.mlp.c_fc.{kind}"] = t[f"{layer}.mlp.fc1.{kind}"]
            renamed[f"{ours}.mlp.c_proj.{kind}"] = t[f"{layer}.mlp.fc2.{kind}"]
    return renamed


def stored(tensor):
    tensor = tensor.contiguous()
    if tensor.dtype == torch.bfloat16:
        return "BF16", (tensor.float().numpy().reshape(-1).view("<u4") >> 16).astype("<u2").tobytes()
    kinds = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}
    return kinds[tensor.dtype], tensor.numpy().tobytes()


def write_safetensors(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in tensors.items():
        dtype, values = stored(tensor)
        header[name] = {"dtype": dtype, "shape": [*tensor.shape], "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def base64_of(tensor):
    return base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()


def tower(width, layers, activation):
    return dict(
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=2,
        hidden_act=activation,
        layer_norm_eps=1e-5,
    )


def make(name, style, activation, end, extra, texts, preprocessing):
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = len(TOKENS) + (3 if extra else 0)
    config = {
        "architectures": ["CLIPModel"],
        "model_type": "clip",
        "projection_dim": 6,
        "logit_scale_init_value": 2.6592,
        "text_config": {
            **tower(8, 2, activation),
            "vocab_size": vocabulary,
            "max_position_embeddings": CONTEXT,
            "eos_token_id": end,
        },
        "vision_config": {**tower(16, 2, activation), "image_size": 16, "patch_size": 8, "num_channels": 3},
    }
    tensors = draw(config)
    if style == "openai":
        # Rounded as they will be stored, so that the features are those of the rounded weights.
        half = lambda n: torch.bfloat16 if n.startswith("vis") else torch.float16
        tensors = {n: x.to(half(n)) for n, x in tensors.items()}
        write_safetensors(folder / "model.safetensors", openai_names(tensors))
        tensors = {n: x.float() for n, x in tensors.items()}
    else:
        positions = {"text_model.embeddings.position_ids": torch.arange(CONTEXT)[None]}
        write_safetensors(folder / "model.safetensors", {**tensors, **positions})
    pad = EXTRA if extra else END
    tokens = [tokenize(text, extra or VOCABULARY[END], extra) for text in texts]
    pixels = torch.randn(3, 3, 16, 16)
    files = {
        "config.json": config,
        "preprocessor_config.json": preprocessing,
        "tokenizer.json": tokenizer_json(extra),
        "tokenizer_config.json": {"model_max_length": CONTEXT, "pad_token": pad, "tokenizer_class": "CLIPTokenizer"},
        "expected.json": {
            "pixels": base64_of(pixels),
            "imageFeatures": base64_of(image_features(tensors, config, pixels)),
            "texts": texts,
            "tokens": tokens,
            "textFeatures": base64_of(text_features(tensors, config, torch.tensor(tokens))),
            "logitScale": float(tensors["logit_scale"].exp()),
        },
    }
    for file, content in files.items():
        (folder / file).write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")


def main():
    torch.manual_seed(1)
    common = dict(do_resize=True, do_normalize=True, image_mean=[0.48145466, 0.4578275, 0.40821073], image_std=[0.26862954, 0.26130258, 0.27577711])
    make(
        "huggingFace",
        "hugging-face",
        "quick_gelu",
        2,
        None,
        TEXTS,
        {**common, "size": {"shortest_edge": 16}, "crop_size": {"height": 16, "width": 16}, "do_center_crop": True, "resample": 3, "do_rescale": True, "rescale_factor": 1 / 255, "do_convert_rgb": True},
    )
    make(
        "openai",
        "openai",
        "gelu",
        VOCABULARY[END],
        len(TOKENS),
        [*TEXTS, f"a photo {EXTRA} of"],
        {**common, "feature_extractor_type": "CLIPFeatureExtractor", "size": 16, "crop_size": 16, "do_center_crop": True, "resample": 3},
    )


if __name__ == "__main__":
    main()
