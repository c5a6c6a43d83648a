"""Writes embedding files with numpy and torch, and the values in them, for the tests of the readers.

Run with: python3 test/oracle/embeddings.py
"""
import json
import struct
from pathlib import Path

import numpy as np
import torch

folder = Path(__file__).parent / "embeddings"
folder.mkdir(exist_ok=True)

# Values that float16 and bfloat16 hold exactly, so that every format has the same ones: modalities, rows, columns.
values = (np.random.default_rng(7).integers(-128, 128, size=(3, 7, 5)) / 32.0).astype(np.float64)

layouts = {
    f"{kind}_{'big' if byte_order == '>' else 'little'}_{order}_{dimensions}d": np.asarray(
        values[0] if dimensions == 2 else values, dtype=byte_order + kind, order=order
    )
    for kind in ("f2", "f4", "f8")
    for byte_order in ("<", ">")
    for order in ("C", "F")
    for dimensions in (2, 3)
}
for name in ("f2_little_C_2d", "f4_little_C_2d", "f4_little_C_3d", "f4_little_F_3d", "f8_big_F_2d"):
    np.save(folder / f"{name}.npy", layouts[name])
for version in (2, 3):
    with open(folder / f"version{version}.npy", "wb") as file:
        np.lib.format.write_array(file, layouts["f4_little_C_2d"], version=(version, 0))

np.savez(folder / "stored.npz", **layouts)
np.savez_compressed(folder / "compressed.npz", **layouts)
np.savez(
    folder / "mixed.npz",
    image=values[0].astype("<f4"),
    text=values[1].astype("<f4"),
    ids=np.arange(7),
    names=np.array(["a", "b"]),
    objects=np.array([{}], dtype=object),
)
np.save(folder / "integers.npy", np.arange(6).reshape(2, 3))
np.save(folder / "objects.npy", np.array([[{}, []]], dtype=object))
np.save(folder / "structured.npy", np.zeros(3, dtype=[("x", "<f4"), ("y", "<f4")]))
np.save(folder / "strings.npy", np.array([["a", "bc"]]))

# Every 257th bit pattern of float16, with subnormal, infinite and undefined ones among them.
halves = np.arange(0, 65536, 257, dtype=np.uint16).view(np.float16).reshape(8, 32)
np.save(folder / "float16_patterns.npy", halves)

tensors = {
    "image": ("F32", torch.tensor(values[0], dtype=torch.float32)),
    "text": ("BF16", torch.tensor(values[1], dtype=torch.bfloat16)),
    "audio": ("F16", torch.tensor(values[2], dtype=torch.float16)),
    "all": ("F64", torch.tensor(values)),
    "ids": ("I64", torch.arange(7)),
}
header, data = {"__metadata__": {"format": "pt"}}, b""
for name, (kind, tensor) in tensors.items():
    raw = tensor.view(torch.int16).numpy().tobytes() if kind == "BF16" else tensor.numpy().tobytes()
    header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
encoded = json.dumps(header).encode()
(folder / "tensors.safetensors").write_bytes(struct.pack("<Q", len(encoded)) + encoded + data)

expected = {
    "values": values.tolist(),
    "layouts": list(layouts),
    "float16": [float(v) if np.isfinite(v) else str(v) for v in halves.ravel()],
}
(folder.parent / "embeddings.json").write_text(json.dumps(expected) + "\n")
