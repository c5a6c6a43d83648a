"""Writes files with torch.save, and files as other versions of torch lay them out, with the values that torch finds in them.

Run with: python3 test/oracle/torchFiles.py (torch 1.13, numpy 1.24)

Every file is read again by torch. Files that newer versions write, and those of before torch 0.1.10, are put together here
after torch's published source, and torch 1.13 reads those of them that it knows.
"""
import io
import json
import pickle
import shutil
import struct
import tarfile
import zipfile
from collections import OrderedDict, defaultdict
from pathlib import Path

import numpy as np
import torch

folder = Path(__file__).parent / "torchFiles"
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir()
random = np.random.default_rng(11)
# Values that bfloat16 holds exactly: modalities, rows, columns.
values = (random.integers(-128, 128, size=(3, 6, 4)) / 32.0).astype(np.float64)
image, text, audio = (torch.tensor(v, dtype=torch.float32) for v in values)
expected = {}


def arrays_of(found, name):
    """The float matrices in plain data by path, as the reader names them."""
    if isinstance(found, torch.Tensor):
        return {name or "modality-1": found.detach().to(torch.float64).tolist()}
    if isinstance(found, np.ndarray):
        return {name or "modality-1": found.astype(np.float64).tolist()}
    arrays = {}
    for key, value in found.items() if isinstance(found, dict) else ():
        arrays.update(arrays_of(value, f"{name}.{key}" if name else str(key)))
    return arrays


def save(name, data, **options):
    torch.save(data, folder / name, **options)
    expected[name] = arrays_of(torch.load(folder / name), "")


both = {"image": image, "text": text}
for kind, options in {
    "zip": {},
    "legacy": {"_use_new_zipfile_serialization": False},
}.items():
    save(f"{kind}_tensor.pt", image, **options)
    save(f"{kind}_dict.pt", both, **options)
    save(f"{kind}_ordered.pt", OrderedDict(both), **options)
    save(f"{kind}_default.pt", defaultdict(list, both), **options)
    save(f"{kind}_nested.pt", {"features": {"image": image, "deep": {"text": text}}}, **options)
    for protocol in range(2, 6):
        save(f"{kind}_protocol{protocol}.pt", both, pickle_protocol=protocol, **options)
    types = [torch.float16, torch.bfloat16, torch.float64]
    save(f"{kind}_types.pt", {str(t)[6:]: image.to(t) for t in types}, **options)
    save(f"{kind}_parameters.pt", {"a": torch.nn.Parameter(image), "b": torch.nn.Parameter(text, False)}, **options)
    attributes = text.clone()
    attributes.source = "somewhere"
    save(f"{kind}_attributes.pt", {"image": image, "text": attributes}, **options)
    whole = torch.tensor(values, dtype=torch.float32)
    views = {
        "shared": whole[1],
        "again": whole[1],
        "transposed": whole[0].T.contiguous().T,
        "columns": torch.stack([whole[2], -whole[2]], dim=2).reshape(6, 8)[:, ::2],
        "rows": torch.cat([whole[2], whole[1]], dim=1).reshape(12, 4)[::2],
        "corner": torch.nn.functional.pad(whole[0], (3, 2, 1, 1))[1:-1, 3:-2],
        "scattered": whole[:, :, 1].T.repeat_interleave(2, dim=0)[1::2],
    }
    save(f"{kind}_views.pt", views, **options)
    orders = {
        "little": values[0].astype("<f4"),
        "big": values[1].astype(">f8"),
        "fortran": np.asfortranarray(values[2].astype("<f2")),
    }
    save(f"{kind}_numpy.pt", orders, **options)
    save(f"{kind}_numpy5.pt", orders, pickle_protocol=5, **options)
    save(f"{kind}_numbers.pt", {"image": image, "count": 2**70, "less": -(2**70), "rate": 1e-4, "on": True}, **options)
    save(f"{kind}_slices.pt", whole, **options)
    expected[f"{kind}_slices.pt"] = {f"modality-{i + 1}": values[i].tolist() for i in range(3)}

    def save_as(name, data, as_arrays):
        torch.save(data, folder / name, **options)
        torch.load(folder / name)
        expected[name] = {key: np.asarray(value).tolist() for key, value in as_arrays.items()}

    save_as(f"{kind}_rows.pt", {"image": list(image), "text": [row.clone() for row in text]}, dict(image=values[0], text=values[1]))
    save_as(f"{kind}_unsqueezed.pt", [row[None].clone() for row in image], {"modality-1": values[0]})
    save_as(f"{kind}_tuple.pt", (image, text), {"modality-1": values[0], "modality-2": values[1]})
    save_as(f"{kind}_lists.pt", {"image": values[0].tolist(), "text": image.numpy()[:, ::-1]}, dict(image=values[0], text=values[0][:, ::-1]))
    records = [{"image": i, "text": t, "caption": "a cat"} for i, t in zip(image, text)]
    save_as(f"{kind}_records.pt", records, dict(image=values[0], text=values[1]))

    named = {f"{i}.jpg": row.clone() for i, row in enumerate(torch.cat([image, text]))}
    others_named = {key: -named[key] for key in named}
    rows = np.concatenate([values[0], values[1]])
    save_as(f"{kind}_named.pt", {"image": named, "text": others_named}, dict(image=rows, text=-rows))
    torch.save({"image": named, "text": dict(reversed(others_named.items()))}, folder / f"{kind}_misordered.pt", **options)

    # What is named, and not read.
    others = {
        "image": image,
        "complex": torch.complex(text, audio),
        "sparse": text.to_sparse(),
        "csr": text.to_sparse_csr(),
        "quantised": torch.quantize_per_tensor(text, 0.5, 3, torch.qint8),
        "meta": text.to("meta"),
        "expanded": text[0].clone().expand(6, 4),
        "labels": torch.arange(6),
        "device": torch.device("cpu"),
        "dtype": torch.float16,
        "size": text.shape,
        "names": ["a", "b", "c", "d", "e", "f"],
        "set": {1, 2},
        "bytes": b"abc",
        "objects": np.array([{}, []], dtype=object),
        "strings": np.array(["a", "bc"]),
        "scalar": np.float32(1.5),
        "nothing": None,
        "complex number": 1j,
        "mask": text > 0,
    }
    save_as(f"{kind}_others.pt", others, {"image": values[0]})

    # What is refused.
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Linear(3, 2))
    torch.save(model.state_dict(), folder / f"{kind}_state.pt", **options)
    state = {key: {"shape": list(value.shape), "data": value.flatten().tolist()} for key, value in model.state_dict().items()}
    optimizer = torch.optim.Adam(model.parameters())
    torch.save({"epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, folder / f"{kind}_checkpoint.pt", **options)
    torch.save(model, folder / f"{kind}_model.pt", **options)
    torch.save({"image": image, "when": __import__("datetime").datetime(2020, 1, 1)}, folder / f"{kind}_object.pt", **options)


class Command:
    def __reduce__(self):
        return __import__("os").system, ("touch /tmp/this-file-must-not-be",)


torch.save({"image": image, "evil": Command()}, folder / "command.pt")
torch.jit.save(torch.jit.trace(torch.nn.Linear(4, 3), image), folder / "script.pt")
(folder / "plain.pt").write_bytes(pickle.dumps({"image": values[0]}))

# As torch 2 writes archives: more entries, in another order, aligned by an extra field; and big-endian ones.
def archive(name, data, dtype, entries, compression=zipfile.ZIP_STORED, v3=False, location="cpu"):
    storages = []

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if isinstance(value, Storage):
                storages.append(value)
                return ("storage", value.kind, str(len(storages) - 1), location, value.length)
            return None

        def reducer_override(self, value):
            if isinstance(value, np.ndarray):
                size, strides = value.shape, tuple(s // value.itemsize for s in value.strides)
                if v3:
                    arguments = (Storage(value, torch.storage.UntypedStorage, value.nbytes), 0, size, strides, False, OrderedDict(), torch.float32, None)
                    return rebuild_v3, arguments
                arguments = (Storage(value, torch.FloatStorage, value.size), 0, size, strides, False, OrderedDict())
                return torch._utils._rebuild_tensor_v2, arguments
            return NotImplemented

    pickled = io.BytesIO()
    Pickler(pickled, 2).dump(data)
    with zipfile.ZipFile(folder / name, "w", compression) as file:
        stem = name[:-3]
        contents = {"data.pkl": pickled.getvalue(), **entries}
        for index, storage in enumerate(storages):
            contents[f"data/{index}"] = storage.array.astype(dtype).tobytes()
        contents["version"] = b"3\n"
        contents[".data/serialization_id"] = b"0" * 40
        for entry, content in contents.items():
            info = zipfile.ZipInfo(f"{stem}/{entry}")
            info.compress_type = compression
            info.extra = b"FB" + struct.pack("<H", 20) + b"Z" * 20
            file.writestr(info, content)


class Storage:
    def __init__(self, array, kind, length):
        self.array, self.kind, self.length = array, kind, length


def rebuild_v3():
    pass


rebuild_v3.__module__, rebuild_v3.__qualname__, rebuild_v3.__name__ = "torch._utils", "_rebuild_tensor_v3", "_rebuild_tensor_v3"
torch._utils._rebuild_tensor_v3 = rebuild_v3

arrays = {"image": values[0].astype("<f4"), "text": values[1].astype("<f4")}
newer = {".format_version": b"1", ".storage_alignment": b"64", "byteorder": b"little"}
as_lists = {"image": values[0].tolist(), "text": values[1].tolist()}
for name, options in {
    "torch2.pt": {"dtype": "<f4", "entries": newer},
    "torch2_big.pt": {"dtype": ">f4", "entries": {**newer, "byteorder": b"big"}},
    "torch2_untyped.pt": {"dtype": "<f4", "entries": newer, "v3": True},
    "torch2_cuda.pt": {"dtype": "<f4", "entries": newer, "location": "cuda:3"},
    "deflated.pt": {"dtype": "<f4", "entries": newer, "compression": zipfile.ZIP_DEFLATED},
}.items():
    archive(name, arrays, **options)
    expected[name] = as_lists
for name in ("torch2.pt",):
    assert {key: value.tolist() for key, value in torch.load(folder / name).items()} == as_lists

# As torch before 0.1.10 wrote them.
def member(tar, name, content):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


class Reference:
    def __init__(self, key):
        self.key = key


class KeyPickler(pickle.Pickler):
    def persistent_id(self, value):
        return value.key if isinstance(value, Reference) else None


storages = pickle.dumps(2, 2)
tensors = pickle.dumps(2, 2)
for key, array in enumerate((values[0].astype("<f4"), values[1].astype("<f4"))):
    storages += pickle.dumps((key, "cpu", torch.FloatStorage), 2) + struct.pack("<q", array.size) + array.tobytes()
    tensors += pickle.dumps((10 + key, key, torch.FloatTensor), 2)
    tensors += struct.pack("<ii", 2, 0) + struct.pack("<qqqqq", 6, 4, 4, 1, 0)
storages += pickle.dumps([], 2)
pickled = io.BytesIO()
KeyPickler(pickled, 2).dump({"image": Reference("10"), "text": Reference("11")})
with tarfile.open(folder / "oldest.pt", "w", format=tarfile.PAX_FORMAT) as tar:
    member(tar, "sys_info", pickle.dumps({"protocol_version": 1000, "little_endian": True}, 2))
    member(tar, "pickle", pickled.getvalue())
    member(tar, "tensors", tensors)
    member(tar, "storages", storages)
assert {key: value.tolist() for key, value in torch.load(folder / "oldest.pt").items()} == as_lists
expected["oldest.pt"] = as_lists

# Values of plain pickles of every protocol, without tensors.
plain = [None, True, False, 0, 1, -1, 255, 256, 65535, 65536, -(2**31), 2**31, -(2**63), 2**63, -(2**100), 2**100]
plain += [1.5, -1e300, float("inf"), "", "ä€😀", "x" * 300, "quote ' \" \\ \n", (1, (2, [3])), {"a": {"b": []}}]
pickles = {str(protocol): pickle.dumps(plain, protocol).hex() for protocol in range(6)}
(folder.parent / "torchFiles.json").write_text(json.dumps({"files": expected, "pickles": pickles, "state": state}) + "\n")
