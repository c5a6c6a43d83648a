"""Tiny ONNX models with random weights in the layouts of Hugging Face and transformers.js, and what they make of items,
for test/engine/encoders.

    /usr/bin/python3 test/oracle/onnxModels.py

writes onnxModels/: dual (a CLIP as one graph), split (a graph for each of its encoders, that of images in half
precision too), sigmoid (like SigLIP, logits with a bias), audio (like CLAP), sentence (token embeddings of texts),
protein (token embeddings of sequences, vocabulary of ESM), single files for everything else, and expected.json:
uint8 pixels, float32 inputs and outputs in base64, little-endian. Texts and proteins are embedded one by one and
without padding. Made with torch 1.13.
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

FOLDER = Path(__file__).parent / "onnxModels"
# Rows of whole vectors of the processor: sums over others depend on where a row begins.
SIZE, CONTEXT, WIDTH, DIMENSION = 8, 12, 8, 8
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORDS = "a b c d e f g h i j k l m n o p q r s t u v w x y z red photo thing of ##s ##ing ##ed !".split()
VOCABULARY = {token: number for number, token in enumerate([*SPECIALS, *WORDS])}
TEXTS = [
    "a red photo",
    "",
    "Things of photos!",
    "one",
    "a b c d e f g h i j",
    "photo photo photo",
]
LONG_TEXTS = ["a b c d e f g h i j k l m n", "a b c d e f g h i j k l m n o", "things " * 20]
RESIDUES = "<cls> <pad> <eos> <unk> L A G V S E R T I D P K Q N F Y M H W C X B U Z O . - <null_1> <mask>".split()
PROTEINS = ["M", "MKVLAAGIV", "ACDEFGHIKLMNPQ", "ACDEFGHIKLMNPQR", "MJ*X" + "ACDEFGHIKL" * 4]


def wordpieces(text):
    words = text.lower().replace("!", " ! ").split()
    for word in words:
        pieces, start = [], 0
        while start < len(word):
            ends = [e for e in range(len(word), start, -1) if ("##" if start else "") + word[start:e] in VOCABULARY]
            if not ends:
                pieces = ["[UNK]"]
                break
            pieces.append(("##" if start else "") + word[start : ends[0]])
            start = ends[0]
        yield from (VOCABULARY[piece] for piece in pieces)


def tokenize(text, limit):
    return [VOCABULARY["[CLS]"], *list(wordpieces(text))[: limit - 2], VOCABULARY["[SEP]"]]


def residues(sequence):
    number = {token: line for line, token in enumerate(RESIDUES)}
    return [number["<cls>"], *(number.get(r, number["<unk>"]) for r in sequence), number["<eos>"]]


def tokenizer_json():
    special = lambda content: {"id": content, "type_id": 0}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            dict(id=VOCABULARY[t], content=t, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
            for t in SPECIALS
        ],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": special("[CLS]")}, {"Sequence": special("A")}, {"SpecialToken": special("[SEP]")}],
            "pair": [{"SpecialToken": special("[CLS]")}, {"Sequence": special("A")}, {"SpecialToken": special("[SEP]")}],
            "special_tokens": {t: {"id": t, "ids": [VOCABULARY[t]], "tokens": [t]} for t in ["[CLS]", "[SEP]"]},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": VOCABULARY},
    }


class Block(nn.Module):
    """A block of a transformer with one head; plain ones take less room."""

    def __init__(self, normalises=False):
        super().__init__()
        norm = lambda: nn.LayerNorm(WIDTH) if normalises else nn.Identity()
        self.norm1, self.norm2 = norm(), norm()
        self.activation = nn.GELU() if normalises else nn.Tanh()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.up, self.down = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, x, mask=None):
        h = self.norm1(x)
        scores = self.query(h) @ self.key(h).transpose(-1, -2) / WIDTH**0.5
        if mask is not None:
            scores = scores + mask
        x = x + self.out(scores.softmax(-1) @ self.value(h))
        return x + self.down(self.activation(self.up(self.norm2(x))))


class Vision(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, 4, stride=4, bias=False)
        self.first = nn.Parameter(torch.randn(WIDTH))
        self.positions = nn.Parameter(torch.randn(5, WIDTH))
        self.block, self.norm = Block(), nn.LayerNorm(WIDTH)
        self.projection = nn.Linear(WIDTH, DIMENSION, bias=False)

    def forward(self, pixel_values):
        x = self.patches(pixel_values).flatten(2).transpose(1, 2)
        x = torch.cat([self.first.expand(x.shape[0], 1, -1), x], 1) + self.positions
        x = self.block(x)
        pooled = self.norm(x[:, 0])
        return self.projection(pooled), x, pooled


class Text(nn.Module):
    """Embedded at the last token that is no padding."""

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(len(VOCABULARY), WIDTH)
        self.positions = nn.Parameter(torch.randn(CONTEXT, WIDTH))
        self.block = Block()
        self.projection = nn.Linear(WIDTH, DIMENSION, bias=False)

    def forward(self, input_ids, attention_mask):
        last = attention_mask.cumsum(1) == attention_mask.sum(1, keepdim=True)
        x = self.tokens(input_ids) + self.positions[: input_ids.shape[1]]
        x = self.block(x, (1 - attention_mask[:, None].float()) * -1e4)
        pooled = (x * (last * attention_mask)[..., None]).sum(1)
        return self.projection(pooled), x, pooled


unit = lambda x: x / x.norm(dim=-1, keepdim=True)


class Dual(nn.Module):
    def __init__(self, vision, text, scale):
        super().__init__()
        self.vision, self.text, self.scale = vision, text, nn.Parameter(torch.tensor(scale))

    def forward(self, input_ids, pixel_values, attention_mask):
        image, text = unit(self.vision(pixel_values)[0]), unit(self.text(input_ids, attention_mask)[0])
        logits = text @ image.T * self.scale.exp()
        return logits.T, logits, text, image


class SmallVision(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches, self.projection = nn.Conv2d(3, WIDTH, 4, stride=4), nn.Linear(WIDTH, DIMENSION, bias=False)

    def forward(self, pixel_values):
        x = self.patches(pixel_values).flatten(2).transpose(1, 2)
        return self.projection(x.mean(1)), x, x.mean(1)


class SmallText(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.projection = nn.Embedding(len(VOCABULARY), WIDTH), nn.Linear(WIDTH, DIMENSION, bias=False)

    def forward(self, input_ids, attention_mask):
        x = self.tokens(input_ids)
        pooled = (x * attention_mask[..., None]).sum(1)
        return self.projection(pooled), x, pooled


class Sigmoid(nn.Module):
    """Texts are embedded at their last place, padded or not."""

    def __init__(self):
        super().__init__()
        self.patches, self.tokens = nn.Conv2d(3, DIMENSION, 4, stride=4), nn.Embedding(len(VOCABULARY), DIMENSION)
        self.head = nn.Linear(DIMENSION, DIMENSION)
        self.scale, self.bias = nn.Parameter(torch.tensor(4.7)), nn.Parameter(torch.tensor(-12.9))

    def forward(self, input_ids, pixel_values):
        image = unit(self.patches(pixel_values).mean((2, 3)))
        tokens = self.tokens(input_ids)
        text = unit(self.head(tokens[:, -1] + tokens.mean(1)))
        logits = text @ image.T * self.scale.exp() + self.bias
        return logits.T, logits, text, image


class Audio(nn.Module):
    def __init__(self, filters):
        super().__init__()
        self.hidden, self.head = nn.Linear(filters, WIDTH), nn.Linear(WIDTH, DIMENSION)
        self.longer = nn.Parameter(torch.randn(DIMENSION))

    def forward(self, input_features, is_longer):
        x = self.head(torch.tanh(self.hidden(input_features / 100)).mean((1, 2)))
        return x + is_longer.float() * self.longer


class Sentence(nn.Module):
    def __init__(self, vocabulary, segments):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, WIDTH)
        self.segments = nn.Embedding(2, WIDTH) if segments else None
        self.block = Block(normalises=segments)

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        x = self.tokens(input_ids)
        if self.segments is not None:
            x = x + self.segments(token_type_ids)
        return self.block(x, (1 - attention_mask[:, None].float()) * -1e4)


class Function(nn.Module):
    def __init__(self, inner, function):
        super().__init__()
        self.inner, self.function = inner, function

    def forward(self, *inputs):
        return self.function(self.inner, *inputs)


def export(model, path, inputs, outputs, dynamic):
    """`inputs` by name; `dynamic` names the axes of inputs and outputs that have no fixed length."""
    path = FOLDER / path
    path.parent.mkdir(parents=True, exist_ok=True)
    # Traced before, it is written without the names of its modules, which take more room than the weights.
    torch.onnx.export(
        torch.jit.trace(model.eval(), tuple(inputs.values())), tuple(inputs.values()), path, input_names=[*inputs], output_names=outputs,
        dynamic_axes=dynamic, opset_version=14,
    )  # fmt: skip


def write(path, content):
    path = FOLDER / path
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n")


def encoded(tensor, dtype="<f4"):
    array = tensor.detach().numpy() if isinstance(tensor, torch.Tensor) else tensor
    return base64.b64encode(np.ascontiguousarray(array.astype(dtype)).tobytes()).decode()


preprocessor = {
    "image_processor_type": "CLIPImageProcessor",
    "size": {"shortest_edge": SIZE},
    "crop_size": {"height": SIZE, "width": SIZE},
    "image_mean": [0.5, 0.4, 0.3],
    "image_std": [0.5, 0.6, 0.7],
}
torch.manual_seed(2)
rgb = np.random.default_rng(2).integers(0, 256, (4, SIZE, SIZE, 3), dtype=np.uint8)
pixels = (torch.tensor(rgb) / 255 - torch.tensor(preprocessor["image_mean"])) / torch.tensor(preprocessor["image_std"])
pixels = pixels.permute(0, 3, 1, 2).float().contiguous()
ids = torch.tensor([tokenize(text, CONTEXT) + [0] * (CONTEXT - len(tokenize(text, CONTEXT))) for text in TEXTS[:2]])
ones = torch.ones_like(ids)
images_axes = {0: "image_batch_size", 1: "num_channels", 2: "height", 3: "width"}
texts_axes = {0: "text_batch_size", 1: "sequence_length"}
logits_axes = {
    "logits_per_image": {0: "image_batch_size", 1: "text_batch_size"},
    "logits_per_text": {0: "text_batch_size", 1: "image_batch_size"},
    "text_embeds": {0: "text_batch_size"},
    "image_embeds": {0: "image_batch_size"},
}
expected = {"rgb": encoded(rgb, "u1"), "texts": TEXTS, "longTexts": LONG_TEXTS, "proteins": PROTEINS}


def each(texts, limit, embed):
    return torch.cat([embed(torch.tensor([tokenize(text, limit)])) for text in texts])


with torch.no_grad():
    vision, text = Vision(), Text()
    dual = Dual(vision, text, 3.5)
    clip_config = {"model_type": "clip", "text_config": {"max_position_embeddings": CONTEXT}, "vision_config": {"image_size": SIZE}}
    export(
        dual, "dual/onnx/model.onnx", {"input_ids": ids, "pixel_values": pixels, "attention_mask": ones}, [*logits_axes],
        {"input_ids": texts_axes, "pixel_values": images_axes, "attention_mask": texts_axes, **logits_axes},
    )  # fmt: skip
    embed_text = lambda ids: text(ids, torch.ones_like(ids))[0]
    expected["dual"] = {
        "logitScale": float(dual.scale.exp()),
        "image": encoded(unit(vision(pixels)[0])),
        "text": encoded(unit(each(TEXTS, CONTEXT, embed_text))),
        "frames": encoded(unit(vision(pixels)[0]).mean(0)),
    }

    vision, text = SmallVision(), SmallText()
    batch = lambda *names: {name: {0: "batch_size"} for name in names}
    vision_outputs = ["image_embeds", "last_hidden_state", "pooler_output"]
    export(vision, "split/onnx/vision_model.onnx", {"pixel_values": pixels}, vision_outputs, batch("pixel_values", *vision_outputs))
    half = Function(vision, lambda inner, x: inner(x.float())[0].half())
    export(half, "split/onnx/vision_model_fp16.onnx", {"pixel_values": pixels.half()}, ["image_embeds"], batch("pixel_values", "image_embeds"))
    text_outputs = ["text_embeds", "last_hidden_state", "pooler_output"]
    export(
        text, "split/onnx/text_model.onnx", {"input_ids": ids, "attention_mask": ones}, text_outputs,
        {"input_ids": texts_axes, "attention_mask": texts_axes, **batch(*text_outputs)},
    )  # fmt: skip
    image_embeds, image_tokens, image_pooled = vision(pixels)
    expected["split"] = {
        "image": encoded(image_embeds),
        "pooled": encoded(image_pooled),
        "tokens": encoded(image_tokens),
        "half": encoded(vision(pixels.half().float())[0].half().float()),
        "text": encoded(each(TEXTS, CONTEXT, embed_text)),
    }
    frames = unit(image_embeds).mean(0)
    expected["split"]["frames"] = encoded(frames)

    sigmoid = Sigmoid()
    export(
        sigmoid, "sigmoid/onnx/model.onnx", {"input_ids": ids, "pixel_values": pixels}, [*logits_axes],
        {"input_ids": texts_axes, "pixel_values": images_axes, **logits_axes},
    )  # fmt: skip
    padded = torch.tensor([t + [0] * (CONTEXT - len(t)) for t in (tokenize(text, CONTEXT) for text in TEXTS)])
    _, _, text_embeds, image_embeds = sigmoid(padded, pixels)
    expected["sigmoid"] = {"logitScale": float(sigmoid.scale.exp()), "image": encoded(image_embeds), "text": encoded(text_embeds)}

    filters, audio_frames = 8, 11
    audio = Audio(filters)
    features = torch.randn(3, 1, audio_frames, filters) * 20 - 40
    longer = torch.tensor([[False], [True], [False]])
    export(audio, "audio/onnx/audio_model.onnx", {"input_features": features, "is_longer": longer}, ["audio_embeds"], batch("input_features", "is_longer", "audio_embeds"))
    expected["audio"] = {"features": encoded(features), "longer": longer[:, 0].tolist(), "embeddings": encoded(audio(features, longer))}

    sentence = Sentence(len(VOCABULARY), True)
    token_axes = {0: "batch_size", 1: "sequence_length"}
    names = ["input_ids", "attention_mask", "token_type_ids"]
    export(
        sentence, "sentence/onnx/model.onnx", dict(zip(names, [ids, ones, ones - 1])), ["last_hidden_state"],
        {name: token_axes for name in [*names, "last_hidden_state"]},
    )  # fmt: skip
    poolings = {"mean": lambda x: x.mean(1), "first": lambda x: x[:, 0], "last": lambda x: x[:, -1]}
    expected["sentence"] = {
        name: encoded(each([*TEXTS, *LONG_TEXTS], 32, lambda ids: pool(sentence(ids, torch.ones_like(ids), torch.zeros_like(ids)))))
        for name, pool in poolings.items()
    }

    protein = Sentence(len(RESIDUES), False)
    export(
        protein, "protein/onnx/model.onnx", {"input_ids": ids, "attention_mask": ones}, ["last_hidden_state"],
        {name: token_axes for name in ["input_ids", "attention_mask", "last_hidden_state"]},
    )  # fmt: skip
    sequences = [torch.tensor([residues(sequence)]) for sequence in PROTEINS]
    expected["protein"] = {"mean": encoded(torch.cat([protein(s, torch.ones_like(s)).mean(1) for s in sequences]))}

    channels, time = 3, 5
    signals = torch.randn(9, channels, time)
    linear = nn.Linear(channels * time, 4)
    of_signal = Function(linear, lambda inner, x: torch.tanh(inner(x.flatten(1))))
    export(of_signal, "single/tensor.onnx", {"signal": signals}, ["embedding"], batch("signal", "embedding"))
    export(of_signal, "single/batchOfOne.onnx", {"signal": signals[:1]}, ["embedding"], {})
    export(of_signal, "single/batchOfFour.onnx", {"signal": signals[:4]}, ["embedding"], {})
    of_half = Function(of_signal, lambda inner, x: inner(x.float()).half())
    export(of_half, "single/half.onnx", {"signal": signals.half()}, ["embedding"], batch("signal", "embedding"))
    two = Function(of_signal, lambda inner, x: (inner(x), inner(x) * 2))
    export(two, "single/twoOutputs.onnx", {"signal": signals}, ["left", "right"], batch("signal", "left", "right"))
    integers = Function(of_signal, lambda inner, x: inner(x).argmax(-1, keepdim=True))
    export(integers, "single/integers.onnx", {"signal": signals}, ["label"], batch("signal", "label"))
    labelled = Function(of_signal, lambda inner, x: (inner(x).argmax(-1), inner(x)))
    export(labelled, "single/labelled.onnx", {"signal": signals}, ["label", "features"], batch("signal", "label", "features"))
    pair = Function(of_signal, lambda inner, x, y: inner(x + y))
    export(pair, "single/twoInputs.onnx", {"left": signals, "right": signals}, ["embedding"], batch("left", "right", "embedding"))
    of_image = Function(nn.Conv2d(3, 4, 4, stride=4), lambda inner, x: inner(x).mean((2, 3)))
    export(of_image, "single/imageOfOne.onnx", {"image": pixels[:1]}, ["embedding"], {})
    over_frames = Function(of_image, lambda inner, x: torch.stack([inner(x[:, f]) for f in range(4)]).amax(0))
    export(over_frames, "single/video.onnx", {"clip": pixels[None]}, ["embedding"], batch("clip", "embedding"))
    expected["single"] = {
        "signals": encoded(signals),
        "signal": encoded(of_signal(signals)),
        "half": encoded(of_half(signals.half()).float()),
        "image": encoded(of_image(pixels)),
        "frames": encoded(unit(of_image(pixels)).mean(0)),
        "video": encoded(over_frames(pixels[None])),
    }

for folder, config in {
    "dual": clip_config,
    "split": clip_config,
    "sigmoid": {"model_type": "siglip", "text_config": {"max_position_embeddings": CONTEXT}},
    "sentence": {"model_type": "bert"},
    "protein": {"model_type": "esm", "max_position_embeddings": 64},
}.items():
    write(f"{folder}/config.json", config)
    if folder != "protein":
        write(f"{folder}/tokenizer.json", tokenizer_json())
        write(f"{folder}/tokenizer_config.json", {"model_max_length": 32, "pad_token": "[PAD]"})
    if folder in ["dual", "split", "sigmoid"]:
        write(f"{folder}/preprocessor_config.json", preprocessor)
write("protein/vocab.txt", "\n".join(RESIDUES))
write(
    "audio/preprocessor_config.json",
    {
        "feature_extractor_type": "ClapFeatureExtractor", "feature_size": filters, "sampling_rate": 1000, "hop_length": 100,
        "max_length_s": 1, "fft_window_size": 256, "frequency_max": 500, "truncation": "rand_trunc", "padding": "repeatpad",
    },
)  # fmt: skip
write("expected.json", expected)
