"""Float32 bit patterns and the float16 bit patterns that NumPy makes of them: float16.json.

    python3 test/oracle/float16.py
"""

import json
import pathlib

import numpy as np

halves = np.concatenate(
    [
        np.arange(0, 6),  # subnormal
        np.arange(0x3FC, 0x404),  # the border to normal values
        np.arange(0x7FF, 0x802),
        np.arange(0x3BFE, 0x3C03),  # about 1
        np.arange(0x7BFD, 0x7C00),  # the largest finite ones
    ]
).astype(np.uint16)
values = halves.view(np.float16).astype(np.float32)
middles = ((values[:-1].astype(np.float64) + values[1:]) / 2).astype(np.float32)
beyond = np.array([65519.996, 65520, 65536, 1e9, 3.4028235e38, np.inf, 2**-25, 2**-26, 1e-45, 1e-38], np.float32)
exact = np.concatenate([values, middles, beyond])
positive = np.concatenate([exact, np.nextafter(exact, np.float32(0)), np.nextafter(exact, np.float32(np.inf))])
random = np.random.default_rng(0).integers(0x32000000, 0x48000000, 200).astype(np.uint32).view(np.float32)
float32 = np.concatenate([positive, -positive, random, [np.float32(np.nan)]]).astype(np.float32)
with np.errstate(over="ignore"):
    float16 = float32.astype(np.float16)
pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps({"float32": float32.view(np.uint32).tolist(), "float16": float16.view(np.uint16).tolist()}) + "\n"
)
