"""What SigLIP and SigLIP 2 make of texts, for test/engine/encoders/checkpoint/textTokenizer.test.ts.

    /usr/bin/python3 test/oracle/siglipTexts.py

writes siglipTexts/: tokenizer files without any normalisation of their own (unigram.json as SigLIP's vocabulary, bpe.json
as SigLIP 2's, which is Gemma's), text_model.onnx (a thin SigLIP tower of texts with random weights and one input), and
expected.json: for each way of preparing, tokens and what the tower makes of them (base64 of little-endian float32).

The preparation follows transformers' SiglipTokenizer (tokenization_siglip.py: lower case, canonicalize_text) and
Siglip2Tokenizer (tokenization_siglip2.py: lower case), both padded to the length of the training, written anew here.
Made with torch 1.13.
"""

import json
import re
import string
from pathlib import Path

import torch

from clipCheckpoint import base64_of
from networks import SiglipText

FOLDER = Path(__file__).parent / "siglipTexts"
LENGTH = 12
PAD, END, UNKNOWN = 0, 1, 2
SPECIALS = ["<pad>", "</s>", "<unk>"]
WORDS = ["a", "red", "thing", "A", "Red", "Thing", "it", "its", "blue"]
LETTERS = ["▁", *".,!-'/<>_&", *"abcdefghijklmnopqrstuvwxyz", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "σ", "Σ", "é"]
UNIGRAM = [*[(token, 0.0) for token in SPECIALS], *[("▁" + word, -2.0 - i / 8) for i, word in enumerate(WORDS)], *[(letter, -9.0 - i / 64) for i, letter in enumerate(LETTERS)]]
BPE = {token: number for number, token in enumerate(["<pad>", "<eos>", "<unk>", *LETTERS])}
TEXTS = ["a red thing", "A Red Thing", "A red, blue thing!", "  it's  a\tthing ", "<a_red/thing> ", "ΟΔΟΣ &é", "", "a red thing a red thing a red thing a red thing a red thing"]


def lower(text):
    return "".join(character.lower() for character in text)


def canonical(text):
    text = text.translate(str.maketrans("", "", string.punctuation))
    return re.sub(r"\s+", " ", text).strip()


def unigram(text):
    """The pieces of the highest sum of scores, each word behind its mark; unknown letters in a row are one token."""
    numbers, scores = {piece: i for i, (piece, _) in enumerate(UNIGRAM)}, dict(UNIGRAM)
    ids = []
    for word in re.split("(?=▁)", "▁" + text.replace(" ", "▁")):
        best = [(0.0, None)] + [(float("-inf"), None)] * len(word)
        for start in range(len(word)):
            for end in range(start + 1, len(word) + 1):
                known = word[start:end] in scores
                if known or end == start + 1:
                    score = best[start][0] + (scores[word[start:end]] if known else -30)
                    if score > best[end][0]:
                        best[end] = (score, start)
        pieces, end = [], len(word)
        while end > 0:
            start = best[end][1]
            pieces.insert(0, numbers.get(word[start:end], UNKNOWN))
            end = start
        for piece in pieces:
            if piece != UNKNOWN or not ids or ids[-1] != UNKNOWN:
                ids.append(piece)
    return ids


def bpe(text):
    """Letters only: there are no merges."""
    ids = []
    for letter in text.replace(" ", "▁"):
        number = BPE.get(letter, UNKNOWN)
        if number != UNKNOWN or not ids or ids[-1] != UNKNOWN:
            ids.append(number)
    return ids


def padded(ids):
    ids = [*ids[: LENGTH - 1], END]
    return ids + [PAD] * (LENGTH - len(ids))


PREPARATIONS = {
    "siglip": lambda text: unigram(canonical(lower(text))) if canonical(text) else [],
    "siglipCased": lambda text: unigram(canonical(text)) if canonical(text) else [],
    "siglip2": lambda text: bpe(lower(text)),
    "other": lambda text: bpe(text),
}


def tokenizer_json(model, end, normalizer, pre_tokenizer):
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            dict(id=number, content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
            for number, content in enumerate(["<pad>", end, "<unk>"])
        ],
        "normalizer": normalizer,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": end, "type_id": 0}}],
            "pair": [],
            "special_tokens": {end: {"id": end, "ids": [END], "tokens": [end]}},
        },
        "decoder": None,
        "model": model,
    }


def main():
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(3)
    tower = SiglipText(
        vocabulary=len(UNIGRAM), context=LENGTH, dimension=8, width=8, layers=1, heads=2, mlpWidth=12, activation="gelu-tanh", layerNormEpsilon=1e-6
    )
    tower.initialise()
    for tensor in tower.parameters():
        tensor.data += 0.3 * torch.randn(tensor.shape)
    tower.eval()
    tokens = {name: [padded(prepare(text)) for text in TEXTS] for name, prepare in PREPARATIONS.items()}
    with torch.no_grad():
        features = {name: base64_of(tower(torch.tensor(ids))) for name, ids in tokens.items()}
    axes = {"input_ids": {0: "batch_size", 1: "sequence_length"}, "pooler_output": {0: "batch_size"}}
    torch.onnx.export(
        tower, torch.tensor(tokens["siglip"][:2]), FOLDER / "text_model.onnx", input_names=["input_ids"], output_names=["pooler_output"], dynamic_axes=axes, opset_version=14
    )  # fmt: skip
    files = {
        "unigram.json": tokenizer_json(
            {"type": "Unigram", "unk_id": UNKNOWN, "vocab": UNIGRAM, "byte_fallback": False},
            "</s>",
            None,
            {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        ),
        "bpe.json": tokenizer_json(
            {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": False, "vocab": BPE, "merges": []},
            "<eos>",
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
            None,
        ),
        "expected.json": {"texts": TEXTS, "tokens": tokens, "features": features},
    }
    for file, content in files.items():
        (FOLDER / file).write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
