"""Tiny sentence models in the layouts of sentence-transformers 2 to 5, and what their modules make of texts, for
test/engine/encoders/sentence.

    /usr/bin/python3 test/oracle/sentenceModels.py

writes sentenceModels/: tokens (embeddings of tokens, with a tokenizer that keeps the case), whole.onnx (the same with
mean, dense and normalisation in the graph), weights of modules, and expected.json: cases, each with the files that it
adds to tokens, what the encoder is asked, and embeddings as float32 in base64, little-endian. The modules are written
here anew, with torch's own layers, on texts padded to the longest. Made with torch 1.13.
"""

import base64
import json
import struct
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

FOLDER = Path(__file__).parent / "sentenceModels"
WIDTH, LONGEST = 6, 24
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORDS = "a red photo of thing things small blue query : passage one two three four five six seven eight nine ten".split()
VOCABULARY = {token: number for number, token in enumerate([*SPECIALS, *WORDS])}
TEXTS = [
    "a red photo",
    "",
    "small blue things",
    "one two three four five six seven eight nine ten one two three",
    "A Red photo",
    "one two three four five six seven eight nine ten one two three four five six seven eight nine ten one two three four five",
]


def tokenizer_json():
    special = lambda content: {"id": content, "type_id": 0}
    sides = [{"SpecialToken": special("[CLS]")}, {"Sequence": special("A")}, {"SpecialToken": special("[SEP]")}]
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [
            dict(id=VOCABULARY[t], content=t, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
            for t in SPECIALS
        ],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": False},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing", "single": sides, "pair": sides,
            "special_tokens": {t: {"id": t, "ids": [VOCABULARY[t]], "tokens": [t]} for t in ["[CLS]", "[SEP]"]},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": VOCABULARY},
    }  # fmt: skip


def tokenize(text, limit):
    words = text.replace(":", " : ").split()
    numbers = [VOCABULARY.get(word, VOCABULARY["[UNK]"]) for word in words]
    return [VOCABULARY["[CLS]"], *numbers[: limit - 2], VOCABULARY["[SEP]"]]


class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(len(VOCABULARY), WIDTH), nn.Parameter(torch.randn(LONGEST, WIDTH))
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))

    def forward(self, input_ids, attention_mask):
        x = self.tokens(input_ids) + self.positions[: input_ids.shape[1]]
        scores = self.query(x) @ self.key(x).transpose(-1, -2) + (1 - attention_mask[:, None].float()) * -1e4
        return x + scores.softmax(-1) @ self.value(x)


class Whole(nn.Module):
    def __init__(self, tokens, dense):
        super().__init__()
        self.tokens, self.dense = tokens, dense

    def forward(self, input_ids, attention_mask):
        x = self.tokens(input_ids, attention_mask)
        mask = attention_mask[..., None].float()
        pooled = (x * mask).sum(1) / mask.sum(1)
        return x, F.normalize(torch.tanh(self.dense(pooled)), dim=1)


def export(model, name, outputs):
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    ids = torch.tensor([tokenize("a red photo", LONGEST)] * 2)
    inputs = (ids, torch.ones_like(ids))
    axes = {0: "batch_size", 1: "sequence_length"}
    dynamic = {n: axes for n in ["input_ids", "attention_mask", *outputs]}
    dynamic["sentence_embedding"] = {0: "batch_size"}
    torch.onnx.export(
        torch.jit.trace(model.eval(), inputs), inputs, path, input_names=["input_ids", "attention_mask"], output_names=outputs,
        dynamic_axes={n: a for n, a in dynamic.items() if n in ["input_ids", "attention_mask", *outputs]}, opset_version=14,
    )  # fmt: skip


def write_safetensors(name, tensors):
    header, data = {}, b""
    for key, value in tensors.items():
        bytes_ = value.detach().numpy().astype("<f4").tobytes()
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(bytes_)]}
        data += bytes_
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (FOLDER / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def write(name, content):
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")


def embedded(texts, limit=LONGEST, prompt="", lowers=False):
    """Token embeddings of texts padded to the longest, and their mask."""
    texts = [(prompt + text).strip() for text in texts]
    texts = [text.lower() for text in texts] if lowers else texts
    rows = [tokenize(text, limit) for text in texts]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return model(ids, mask), mask


def pooled(tokens, mask, mode):
    weights = mask[..., None].float()
    if mode == "cls":
        first = mask.int().argmax(1)
        return tokens[torch.arange(len(tokens)), first]
    if mode == "lasttoken":
        last = mask.shape[1] - 1 - mask.flip(1).int().argmax(1)
        return tokens[torch.arange(len(tokens)), last]
    if mode == "max":
        return tokens.masked_fill(weights == 0, float("-inf")).max(1).values
    if mode == "weightedmean":
        weights = weights * torch.arange(1, mask.shape[1] + 1)[None, :, None]
    total = (tokens * weights).sum(1)
    return total / (weights.sum(1).sqrt() if mode == "mean_sqrt_len_tokens" else weights.sum(1))


KEYS = {
    "cls": "pooling_mode_cls_token", "max": "pooling_mode_max_tokens", "mean": "pooling_mode_mean_tokens",
    "mean_sqrt_len_tokens": "pooling_mode_mean_sqrt_len_tokens", "weightedmean": "pooling_mode_weightedmean_tokens",
    "lasttoken": "pooling_mode_lasttoken",
}  # fmt: skip
OLD = {name: f"sentence_transformers.models.{name}" for name in ["Transformer", "Pooling", "Dense", "Normalize", "LayerNorm", "Dropout"]}
NEW = {
    "Transformer": "sentence_transformers.base.modules.transformer.Transformer",
    "Dense": "sentence_transformers.base.modules.dense.Dense",
    "Normalize": "sentence_transformers.base.modules.normalize.Normalize",
    "Pooling": "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
    "LayerNorm": "sentence_transformers.sentence_transformer.modules.layer_norm.LayerNorm",
    "Dropout": "sentence_transformers.sentence_transformer.modules.dropout.Dropout",
}


def old_pooling(*modes, **more):
    return "Pooling", {"word_embedding_dimension": WIDTH, **{key: mode in modes for mode, key in KEYS.items()}, **more}


def new_pooling(mode, **more):
    return "Pooling", {"embedding_dimension": WIDTH, "pooling_mode": mode, "include_prompt": True, **more}


def dense(weights, activation, sizes=(WIDTH, 3), **more):
    config = {"in_features": sizes[0], "out_features": sizes[1], "activation_function": f"torch.nn.modules.{activation}", "bias": True, **more}
    return "Dense", config, weights


cases = []


def case(name, modules, embeddings, files=None, given=None, types=OLD, model="tokens"):
    listed = [{"idx": 0, "name": "0", "path": "", "type": types["Transformer"]}]
    added = dict(files or {})
    copies = {}
    for index, (kind, config, *weights) in enumerate(modules, 1):
        path = f"{index}_{kind}"
        listed.append({"idx": index, "name": str(index), "path": path, "type": types[kind]})
        if config is not None:
            added[f"{path}/config.json"] = config
        if weights:
            copies[f"{path}/model.safetensors"] = weights[0]
    added["modules.json"] = listed
    cases.append({
        "name": name, "model": model, "files": added, "weights": copies, "given": given or {}, "columns": embeddings.shape[1],
        "embeddings": base64.b64encode(embeddings.detach().numpy().astype("<f4").tobytes()).decode(),
    })  # fmt: skip


torch.manual_seed(5)
FOLDER.mkdir(exist_ok=True)
model = Tokens().eval()
linear, plain, square, wide = nn.Linear(WIDTH, 3), nn.Linear(WIDTH, 3, bias=False), nn.Linear(WIDTH, WIDTH), nn.Linear(2 * WIDTH, 4)
residual, norm = nn.Linear(WIDTH, 3, bias=False), nn.LayerNorm(WIDTH)
norm.weight.data, norm.bias.data = torch.randn(WIDTH), torch.randn(WIDTH)
with torch.no_grad():
    export(model, "tokens/onnx/model.onnx", ["last_hidden_state"])
    export(Whole(model, linear), "whole/onnx/model.onnx", ["token_embeddings", "sentence_embedding"])
    for folder in ["tokens", "whole"]:
        write(f"{folder}/config.json", {"model_type": "bert", "hidden_size": WIDTH, "max_position_embeddings": LONGEST})
        write(f"{folder}/tokenizer.json", tokenizer_json())
        write(f"{folder}/tokenizer_config.json", {"model_max_length": 512, "pad_token": "[PAD]"})
    of = lambda layer: {f"linear.{key}": value for key, value in layer.state_dict().items()}
    write_safetensors("linear.safetensors", of(linear))
    write_safetensors("plain.safetensors", of(plain))
    write_safetensors("square.safetensors", of(square))
    write_safetensors("wide.safetensors", of(wide))
    write_safetensors("residual.safetensors", {**of(linear), "residual.weight": residual.weight})
    write_safetensors("norm.safetensors", {"norm.weight": norm.weight, "norm.bias": norm.bias})

    tokens, mask = embedded(TEXTS)
    mean = pooled(tokens, mask, "mean")
    for mode in KEYS:
        case(f"pooling {mode}", [old_pooling(mode)], pooled(tokens, mask, mode))
        case(f"pooling {mode}, as version 5.4 writes it", [new_pooling(mode)], pooled(tokens, mask, mode), types=NEW)
    every = ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
    case("every pooling", [old_pooling(*every)], torch.cat([pooled(tokens, mask, mode) for mode in every], 1))
    order = ["mean", "cls", "max"]
    case("poolings in another order", [new_pooling(order)], torch.cat([pooled(tokens, mask, mode) for mode in order], 1), types=NEW)
    case("no pooling is named", [("Pooling", {"word_embedding_dimension": WIDTH})], mean)

    linears = ["Identity"]
    for name in """CELU ELU GELU Hardshrink Hardsigmoid Hardswish Hardtanh Identity LeakyReLU LogSigmoid Mish ReLU ReLU6 SELU SiLU
        Sigmoid Softplus Softshrink Softsign Tanh Tanhshrink""".split():
        place = "linear" if name in linears else "activation"
        modules = [old_pooling("mean"), dense("linear.safetensors", f"{place}.{name}")]
        case(f"dense with {name}", modules, getattr(nn, name)()(linear(mean)))
    tanh = "activation.Tanh"
    case("dense without a bias", [old_pooling("cls"), dense("plain.safetensors", tanh, bias=False)], torch.tanh(plain(pooled(tokens, mask, "cls"))))
    case("dense after two poolings", [old_pooling("cls", "mean"), dense("wide.safetensors", "linear.Identity", (2 * WIDTH, 4))], wide(torch.cat([pooled(tokens, mask, "cls"), mean], 1)))
    case("two dense layers, then normalised", [old_pooling("mean"), dense("square.safetensors", tanh, (WIDTH, WIDTH)), dense("linear.safetensors", "linear.Identity"), ("Normalize", None)], F.normalize(linear(torch.tanh(square(mean))), dim=1))
    case("dense with the same added", [new_pooling("mean"), dense("square.safetensors", tanh, (WIDTH, WIDTH), use_residual=True)], torch.tanh(square(mean)) + mean, types=NEW)
    case("dense with a projection added", [new_pooling("mean"), dense("residual.safetensors", tanh, use_residual=True)], torch.tanh(linear(mean)) + residual(mean), types=NEW)
    names = {"module_input_name": "token_embeddings", "module_output_name": "token_embeddings"}
    case("dense of the tokens", [dense("square.safetensors", tanh, (WIDTH, WIDTH), **names), new_pooling("mean")], pooled(torch.tanh(square(tokens)), mask, "mean"), types=NEW)
    case("tokens normalised", [("Normalize", names), new_pooling("mean")], pooled(F.normalize(tokens, dim=-1), mask, "mean"), types=NEW)
    case("normalised before a dense layer", [old_pooling("mean"), ("Normalize", None), dense("linear.safetensors", tanh)], torch.tanh(linear(F.normalize(mean, dim=1))))
    case("layer norm", [old_pooling("mean"), ("Dropout", {"dropout": 0.5}), ("LayerNorm", {"dimension": WIDTH}, "norm.safetensors")], norm(mean))
    case("layer norm, as version 5.4 writes it", [new_pooling("mean"), ("LayerNorm", {"dimension": WIDTH}, "norm.safetensors")], norm(mean), types=NEW)

    short = lambda **more: {"sentence_bert_config.json": {"max_seq_length": 6, "do_lower_case": False, **more}}
    case("short", [old_pooling("mean")], pooled(*embedded(TEXTS, 6), "mean"), short())
    case("short, the last token", [old_pooling("lasttoken")], pooled(*embedded(TEXTS, 6), "lasttoken"), short())
    case("short, in a file of its time", [old_pooling("mean")], pooled(*embedded(TEXTS, 6), "mean"), {"sentence_roberta_config.json": {"max_seq_length": 6}})
    lowered = {"sentence_bert_config.json": {"max_seq_length": None, "do_lower_case": True}}
    case("lower-cased", [old_pooling("mean")], pooled(*embedded(TEXTS, lowers=True), "mean"), lowered)
    case("lower-cased, as version 5.4 writes it", [new_pooling("mean")], pooled(*embedded(TEXTS, lowers=True), "mean"), lowered, types=NEW)

    prompts = {"query": "query: ", "passage": "passage: ", "none": ""}
    settings = lambda default: {"config_sentence_transformers.json": {
        "__version__": {"sentence_transformers": "3.0.0", "transformers": "4.41.2", "pytorch": "2.3.1"},
        "prompts": prompts, "default_prompt_name": default, "similarity_fn_name": "dot"}}  # fmt: skip
    with_prompt = lambda prompt, mode="mean": pooled(*embedded(TEXTS, prompt=prompt), mode)
    case("the default prompt", [old_pooling("mean")], with_prompt("query: "), settings("query"))
    case("a prompt by its name", [old_pooling("mean")], with_prompt("passage: "), settings("query"), {"prompt": "passage"})
    case("a prompt by its text", [old_pooling("mean")], with_prompt("a small thing: "), settings("query"), {"prompt": "a small thing: "})
    case("no prompt", [old_pooling("mean")], mean, settings("query"), {"prompt": ""})
    case("a prompt that is empty", [old_pooling("mean")], mean, settings("query"), {"prompt": "none"})
    case("no default prompt", [old_pooling("mean")], mean, settings(None))
    for types, make in [(OLD, old_pooling), (NEW, new_pooling)]:
        for mode in KEYS:
            x, m = embedded(TEXTS, prompt="query: ")
            kept = m.clone()
            kept[:, :3] = 0  # [CLS] query :
            # Before version 5.4, cls is the first of all tokens, later the first that is not of the prompt.
            out = x[:, 0] if mode == "cls" and types is OLD else pooled(x, kept, mode)
            case(f"the prompt left out, {mode}, {'old' if types is OLD else 'new'}", [make(mode, include_prompt=False)], out, settings("query"), types=types)
    x, m = embedded(TEXTS, 6, prompt="query: ")
    m[:, :3] = 0
    case("the prompt left out of short texts", [old_pooling("mean", include_prompt=False)], pooled(x, m, "mean"), {**settings("query"), **short()})

    done = F.normalize(torch.tanh(linear(mean)), dim=1)
    steps = [old_pooling("mean"), dense("linear.safetensors", tanh), ("Normalize", None)]
    case("exported with its modules", steps, done, model="whole")
    case("exported with its modules, tokens asked for", steps, done, given={"output": "token_embeddings"}, model="whole")
    x, m = embedded(TEXTS, prompt="query: ")
    m[:, :3] = 0
    case("exported with its modules, which know no prompt", [old_pooling("mean", include_prompt=False), *steps[1:]], F.normalize(torch.tanh(linear(pooled(x, m, "mean"))), dim=1), settings("query"), model="whole")
    case("exported with its modules, another pooling asked for", steps, F.normalize(torch.tanh(linear(pooled(tokens, mask, "max"))), dim=1), given={"pooling": "max"}, model="whole")
    case("another pooling", [old_pooling("mean")], pooled(tokens, mask, "weightedmean"), given={"pooling": "weighted-mean"})

write("expected.json", {"texts": TEXTS, "cases": cases})
