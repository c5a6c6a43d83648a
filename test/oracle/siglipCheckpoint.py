"""A thin SigLIP checkpoint with random weights, and what it makes of images and texts, for test/engine/encoders/siglip.

    /usr/bin/python3 test/oracle/siglipCheckpoint.py

writes siglipCheckpoint/ in the layout of google/siglip-base-patch16-224, with expected.json: pixels and features (base64
of little-endian float32), texts, tokens and features. The networks are those of networks.py, which follow transformers'
modeling_siglip.py. The tokenizer knows single letters, the space before a word as "▁", and the end token, which pads too.
Made with torch 1.13.
"""

import json
from pathlib import Path

import torch

from clipCheckpoint import base64_of, write_safetensors
from networks import SiglipText, SiglipVision

FOLDER = Path(__file__).parent / "siglipCheckpoint"
LETTERS = ["▁", *"abcdefghijklmnopqrstuvwxyz"]
PAD, END, UNKNOWN = "<pad>", "</s>", "<unk>"
VOCABULARY = {token: number for number, token in enumerate([PAD, END, UNKNOWN, *LETTERS])}
CONTEXT = 10
TEXTS = ["A red cat", "", "a much longer text", "9 cats"]


def tokenize(text):
    ids = [VOCABULARY.get(letter, VOCABULARY[UNKNOWN]) for letter in text.lower().replace(" ", "▁")]
    ids = [*ids[: CONTEXT - 1], VOCABULARY[END]]
    return ids + [VOCABULARY[END]] * (CONTEXT - len(ids))


def tokenizer_json():
    special = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [dict(id=VOCABULARY[token], content=token, **special) for token in [PAD, END, UNKNOWN]],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [{"type": "Lowercase"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}],
        },
        "pre_tokenizer": None,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": END, "type_id": 0}}],
            "pair": [],
            "special_tokens": {END: {"id": END, "ids": [VOCABULARY[END]], "tokens": [END]}},
        },
        "decoder": None,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": UNKNOWN,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": VOCABULARY,
            "merges": [],
        },
    }


def main():
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(2)
    blocks = dict(width=16, layers=2, heads=2, mlpWidth=36, activation="gelu-tanh", layerNormEpsilon=1e-6)
    vision = SiglipVision(imageSize=20, patchSize=8, **blocks)
    text = SiglipText(vocabulary=len(VOCABULARY), context=CONTEXT, dimension=16, **blocks)
    for network in [vision, text]:
        network.initialise()
        for tensor in network.parameters():
            tensor.data += 0.1 * torch.randn(tensor.shape)
    scalars = {"logit_scale": torch.tensor([4.75]), "logit_bias": torch.tensor([-12.5])}
    write_safetensors(FOLDER / "model.safetensors", {**scalars, **vision.state_dict(), **text.state_dict()})
    tower = dict(hidden_size=16, intermediate_size=36, num_hidden_layers=2, num_attention_heads=2)
    config = {
        "architectures": ["SiglipModel"],
        "model_type": "siglip",
        "text_config": {**tower, "model_type": "siglip_text_model", "vocab_size": len(VOCABULARY), "max_position_embeddings": CONTEXT},
        "vision_config": {**tower, "model_type": "siglip_vision_model", "image_size": 20, "patch_size": 8},
    }
    preprocessing = {
        "image_processor_type": "SiglipImageProcessor",
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "processor_class": "SiglipProcessor",
        "resample": 3,
        "rescale_factor": 1 / 255,
        "size": {"height": 20, "width": 20},
    }
    tokens = [tokenize(given) for given in TEXTS]
    pixels = torch.randn(3, 3, 20, 20)
    with torch.no_grad():
        image_features, text_features = vision(pixels), text(torch.tensor(tokens))
    files = {
        "config.json": config,
        "preprocessor_config.json": preprocessing,
        "tokenizer.json": tokenizer_json(),
        "tokenizer_config.json": {"model_max_length": CONTEXT, "pad_token": END, "tokenizer_class": "SiglipTokenizer"},
        "expected.json": {
            "pixels": base64_of(pixels),
            "imageFeatures": base64_of(image_features),
            "texts": TEXTS,
            "tokens": tokens,
            "textFeatures": base64_of(text_features),
        },
    }
    for file, content in files.items():
        (FOLDER / file).write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
