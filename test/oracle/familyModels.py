"""Thin random models with the files that each family of text models publishes, for test/engine/encoders/families.test.ts.

    /usr/bin/python3 test/oracle/familyModels.py

writes familyModels/: a folder for each family, with the keys of its published files, and expected.json: texts, what is asked of
the encoder, and embeddings as float32 in base64, little-endian. Poolings and heads are written here anew, one text at a
time. What the files say is that of BAAI/bge-small-en-v1.5, intfloat/e5-small-v2, intfloat/multilingual-e5-small,
thenlper/gte-base, Alibaba-NLP/gte-base-en-v1.5, nomic-ai/nomic-embed-text-v1.5, jinaai/jina-embeddings-v2-base-en,
sentence-transformers/clip-ViT-B-32-multilingual-v1, laion/clap-htsat-unfused and jinaai/jina-clip-v1. Made with torch 1.13.
"""

import base64
import json
import struct
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

FOLDER = Path(__file__).parent / "familyModels"
WIDTH, LONGEST = 6, 24
WORDS = "red dog bell sea big ant query search_query : _ search".split()
NAMES = WORDS[:6]
LONG = " ".join((NAMES * 6)[:32])
TEXTS = ["red dog", "sea", "big red bell sea ant dog", LONG]
CASED = ["Red DOG", "red dog"]


def added(tokens):
    flags = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
    return [dict(id=number, content=token, **flags) for number, token in enumerate(tokens)]


def template(start, end, ids):
    special = lambda content: {"SpecialToken": {"id": content, "type_id": 0}}
    sides = [special(start), {"Sequence": {"id": "A", "type_id": 0}}, special(end)]
    tokens = {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in (start, end)}
    return {"type": "TemplateProcessing", "single": sides, "pair": sides, "special_tokens": tokens}


class WordPieces:
    """BERT's, of whole words alone."""

    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    pad = 0

    def __init__(self, lowers):
        self.lowers = lowers
        self.ids = {t: n for n, t in enumerate([*self.specials, *WORDS])}

    def file(self):
        normalizer = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None}
        return {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": added(self.specials),
            "normalizer": {**normalizer, "lowercase": self.lowers}, "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": template("[CLS]", "[SEP]", self.ids), "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": self.ids},
        }  # fmt: skip

    def __call__(self, text):
        text = text.lower() if self.lowers else text
        words = text.replace(":", " : ").replace("_", " _ ").split()
        numbers = [self.ids.get(word, self.ids["[UNK]"]) for word in words]
        return [self.ids["[CLS]"], *numbers[: LONGEST - 2], self.ids["[SEP]"]]


class Unigram:
    """XLM-RoBERTa's, of whole words alone."""

    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    pad = 1

    def __init__(self):
        self.ids = {t: n for n, t in enumerate([*self.specials, *(f"▁{word}" for word in NAMES), "▁query", ":"])}

    def file(self):
        scores = [[token, 0.0 if number < 4 else -1.0] for token, number in self.ids.items()]
        metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
        return {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": added(self.specials), "normalizer": None,
            "pre_tokenizer": metaspace, "post_processor": template("<s>", "</s>", self.ids), "decoder": metaspace,
            "model": {"type": "Unigram", "unk_id": 3, "vocab": scores, "byte_fallback": False},
        }  # fmt: skip

    def __call__(self, text):
        words = text.replace(":", " : ").split()
        numbers = [self.ids[":" if word == ":" else f"▁{word}"] for word in words]
        return [0, *numbers[: LONGEST - 2], 2]


class ByteLevel:
    """RoBERTa's. Words are merged from the left, a space before them at last."""

    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    pad = 1

    def __init__(self):
        pairs = [(word[:n], word[n]) for word in NAMES for n in range(1, len(word))] + [("Ġ", word) for word in NAMES]
        self.merges = list(dict.fromkeys(pairs))
        letters = sorted(set("".join(NAMES))) + ["Ġ"]
        self.ids = {t: n for n, t in enumerate([*self.specials, *letters, *dict.fromkeys(a + b for a, b in self.merges)])}

    def file(self):
        level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        return {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": added(self.specials), "normalizer": None,
            "pre_tokenizer": level, "decoder": level,
            "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": False},
            "model": {
                "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "",
                "fuse_unk": False, "vocab": self.ids, "merges": [f"{a} {b}" for a, b in self.merges],
            },
        }  # fmt: skip

    def __call__(self, text):
        words = text.split()
        numbers = [self.ids[word if n == 0 else f"Ġ{word}"] for n, word in enumerate(words)]
        return [0, *numbers[: LONGEST - 2], 2]


class Tokens(nn.Module):
    """`positions`: none, counted from 0, or from behind that of padding as RoBERTa counts them."""

    def __init__(self, tokenizer, positions, segments=False):
        super().__init__()
        self.kind, self.pad = positions, tokenizer.pad
        self.tokens = nn.Embedding(len(tokenizer.ids), WIDTH)
        rows = LONGEST + (self.pad + 1 if positions == "offset" else 0)
        self.table = None if positions is None else nn.Embedding(rows, WIDTH)
        self.segments = nn.Embedding(2, WIDTH) if segments else None
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        x = self.tokens(input_ids)
        if self.kind == "plain":
            x = x + self.table(torch.cumsum(torch.ones_like(input_ids), 1) - 1)
        if self.kind == "offset":
            there = (input_ids != self.pad).long()
            x = x + self.table(torch.cumsum(there, 1) * there + self.pad)
        if self.segments is not None:
            x = x + self.segments(token_type_ids)
        scores = self.query(x) @ self.key(x).transpose(-1, -2) + (1 - attention_mask[:, None].float()) * -1e4
        return x + scores.softmax(-1) @ self.value(x)


class Clap(nn.Module):
    def __init__(self, tokens):
        super().__init__()
        self.tokens, self.pooler = tokens, nn.Linear(WIDTH, WIDTH)
        self.first, self.second = nn.Linear(WIDTH, 4), nn.Linear(4, 4)

    def forward(self, input_ids, attention_mask):
        pooled = torch.tanh(self.pooler(self.tokens(input_ids, attention_mask)[:, 0]))
        return self.second(torch.relu(self.first(pooled)))


class JinaClip(nn.Module):
    def __init__(self, tokens):
        super().__init__()
        self.tokens, self.head = tokens, nn.Linear(WIDTH, 4)

    def forward(self, input_ids, attention_mask):
        mask = attention_mask[..., None].float()
        return self.head((self.tokens(input_ids, attention_mask) * mask).sum(1) / mask.sum(1))


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")


def write_safetensors(path, tensors):
    header, data = {}, b""
    for key, value in tensors.items():
        content = value.detach().numpy().astype("<f4").tobytes()
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def export(model, path, tokenizer, output, takes_segments):
    path.parent.mkdir(parents=True, exist_ok=True)
    ids = torch.tensor([tokenizer("red dog")] * 2)
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if takes_segments:
        inputs["token_type_ids"] = torch.zeros_like(ids)
    axes = {0: "batch_size", 1: "sequence_length"}
    dynamic = {**{name: axes for name in inputs}, output: axes if output == "last_hidden_state" else {0: "batch_size"}}
    values = tuple(inputs.values())
    torch.onnx.export(
        torch.jit.trace(model.eval(), values), values, path, input_names=[*inputs], output_names=[output], dynamic_axes=dynamic,
        opset_version=14,
    )  # fmt: skip


def inputs_of(tokenizer, text, takes_segments):
    ids = torch.tensor([tokenizer(text)])
    return (ids, torch.ones_like(ids), torch.zeros_like(ids)) if takes_segments else (ids, torch.ones_like(ids))


def module(number, name, path):
    return {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{name}"}


def pooling_config(mode):
    modes = {"cls_token": "cls", "mean_tokens": "mean", "max_tokens": "max", "mean_sqrt_len_tokens": "sqrt"}
    return {"word_embedding_dimension": WIDTH, **{f"pooling_mode_{key}": value == mode for key, value in modes.items()}}


bert = {"model_type": "bert", "architectures": ["BertModel"], "hidden_size": WIDTH, "max_position_embeddings": LONGEST, "pad_token_id": 0, "type_vocab_size": 2}
roberta = {"hidden_size": WIDTH, "max_position_embeddings": LONGEST + 2, "pad_token_id": 1, "type_vocab_size": 1}
own = lambda name: {"auto_map": {"AutoModel": f"modeling.{name}", "AutoConfig": "configuration.Config"}, "architectures": [name]}
torch.manual_seed(5)
expected = []


def sentence(name, config, tokenizer, tokens, mode, tail=(), lowers=False, prompts=("",), texts=TEXTS, settings=None, segments=True):
    """A sentence model: `tail` names what follows the pooling."""
    folder = FOLDER / name
    write(folder / "config.json", config)
    write(folder / "tokenizer.json", tokenizer.file())
    write(folder / "tokenizer_config.json", {"model_max_length": LONGEST, "do_lower_case": lowers, **(settings or {})})
    write(folder / "sentence_bert_config.json", {"max_seq_length": LONGEST, "do_lower_case": False})
    write(folder / "config_sentence_transformers.json", {"__version__": {"sentence_transformers": "2.2.2", "transformers": "4.28.1", "pytorch": "1.13.0"}})
    write(folder / "1_Pooling" / "config.json", pooling_config(mode))
    steps = [module(0, "Transformer", ""), module(1, "Pooling", "1_Pooling")]
    dense = None
    for number, step in enumerate(tail, 2):
        steps.append(module(number, step, f"{number}_{step}"))
        if step == "Dense":
            dense = nn.Linear(WIDTH, 4, bias=False)
            write(folder / "2_Dense" / "config.json", {"in_features": WIDTH, "out_features": 4, "bias": False, "activation_function": "torch.nn.modules.linear.Identity"})
            write_safetensors(folder / "2_Dense" / "model.safetensors", {"linear.weight": dense.weight})
    write(folder / "modules.json", steps)
    export(tokens, folder / "onnx" / "model.onnx", tokenizer, "last_hidden_state", segments)
    for prompt in prompts:
        rows = []
        for text in texts:
            x = tokens(*inputs_of(tokenizer, prompt + text, segments))
            row = x[:, 0] if mode == "cls" else x.mean(1)
            row = row if dense is None else dense(row)
            rows.append(F.normalize(row, dim=1) if "Normalize" in tail else row)
        tell(name, texts, torch.cat(rows), {"prompt": prompt} if prompt else {})


def whole(name, files, tokenizer, model, output):
    """A text tower that gives the embedding itself."""
    folder = FOLDER / name
    for file, content in {**files, "tokenizer.json": tokenizer.file()}.items():
        write(folder / file, content)
    export(model, folder / "onnx" / "text_model.onnx", tokenizer, output, False)
    tell(name, TEXTS, torch.cat([model(*inputs_of(tokenizer, text, False)) for text in TEXTS]), {})


def tell(name, texts, rows, given):
    content = np.ascontiguousarray(rows.detach().numpy().astype("<f4")).tobytes()
    expected.append({"family": name, "given": given, "texts": texts, "dimension": rows.shape[1], "embeddings": base64.b64encode(content).decode()})


with torch.no_grad():
    pieces, lower = WordPieces(False), WordPieces(True)
    named = {"tokenizer_class": "BertTokenizer"}
    sentence("bge", bert, lower, Tokens(lower, "plain", True), "cls", ["Normalize"], True, texts=[*TEXTS, *CASED], settings=named)
    sentence("e5", bert, lower, Tokens(lower, "plain", True), "mean", ["Normalize"], True, ("", "query: "), settings=named)
    unigram = Unigram()
    sentence(
        "multilingual-e5", {"model_type": "xlm-roberta", "architectures": ["XLMRobertaModel"], **roberta}, unigram, Tokens(unigram, "offset"), "mean",
        ["Normalize"], prompts=("", "query: "), settings={"tokenizer_class": "XLMRobertaTokenizer"}, segments=False,
    )  # fmt: skip
    sentence("gte", bert, lower, Tokens(lower, "plain", True), "mean", ["Normalize"], True, settings=named)
    gte = {"model_type": "new", **own("NewModel"), "hidden_size": WIDTH, "max_position_embeddings": LONGEST, "position_embedding_type": "rope"}
    sentence("gte-v1.5", gte, lower, Tokens(lower, None, True), "cls", (), True, settings=named)
    nomic = {"model_type": "nomic_bert", **own("NomicBertModel"), "n_embd": WIDTH, "n_positions": LONGEST}
    sentence("nomic", nomic, lower, Tokens(lower, None, True), "mean", (), True, ("", "search_query: "), settings=named)
    jina = {**bert, **own("JinaBertModel"), "position_embedding_type": "alibi"}
    sentence("jina", jina, pieces, Tokens(pieces, None, True), "mean", settings=named, texts=[*TEXTS, *CASED])
    distil = {"model_type": "distilbert", "architectures": ["DistilBertModel"], "dim": WIDTH, "max_position_embeddings": LONGEST, "pad_token_id": 0}
    sentence("multilingual-clip", distil, pieces, Tokens(pieces, "plain"), "mean", ["Dense"], settings={"tokenizer_class": "DistilBertTokenizer"}, segments=False)

    level = ByteLevel()
    clap = {"model_type": "clap", "architectures": ["ClapModel"], "projection_dim": 4, "text_config": {"model_type": "clap_text_model", **roberta}}
    whole("clap", {"config.json": clap, "tokenizer_config.json": {"tokenizer_class": "RobertaTokenizer"}}, level, Clap(Tokens(level, "offset")), "text_embeds")
    clip = {"model_type": "jina_clip", **own("JinaCLIPModel"), "projection_dim": 4, "text_config": {"embed_dim": 4, "model_type": "jina_clip_text"}}
    settings = {**named, "model_max_length": LONGEST, "do_lower_case": True}
    whole("jina-clip", {"config.json": clip, "tokenizer_config.json": settings}, lower, JinaClip(Tokens(lower, None)), "text_embeddings")

(FOLDER / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, separators=(",", ":")) + "\n")
