"""Writes arrays of many types and shapes with numpy, and their values as float32, for the tests of tensors.

Run with: python3 test/oracle/tensors.py
"""
import json
from pathlib import Path

import numpy as np

folder = Path(__file__).parent / "tensors"
folder.mkdir(exist_ok=True)
random = np.random.default_rng(11)

small = random.integers(0, 100, size=(2, 3, 4))
types = ["?", "i1", "u1", *(o + t for o in "<>" for t in ("i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"))]
stored = {}
for t in types:
    name = t.replace("?", "b1").replace("<", "little_").replace(">", "big_")
    array = small.astype(t)
    # The ends of the type's range, which tell signed from unsigned.
    if array.dtype.kind in "iu":
        limits = np.iinfo(array.dtype)
        array[0, 0, :2] = limits.min, limits.max
    stored[name] = array
stored["fortran_3d"] = np.asfortranarray(small.astype("<f4"))
stored["fortran_4d_int"] = np.asfortranarray(random.integers(-9, 9, size=(2, 3, 2, 2)).astype("<i4"))
stored["scalar"] = np.float32(2.5).reshape(())
stored["vector"] = np.arange(5, dtype="<i4")

np.savez(folder / "types.npz", **stored)
np.savez_compressed(folder / "compressed.npz", eeg=stored["little_i2"], other=small)

values = {
    name: {"shape": list(array.shape), "data": array.astype(np.float32).ravel(order="C").tolist()}
    for name, array in stored.items()
}
(folder.parent / "tensors.json").write_text(json.dumps(values))
