"""ViT-B/32 (torchvision's, random weights) on the JPEG files of a folder, as users of torch write it: Pillow, CLIP's
preprocessing, a DataLoader with two workers, batches of 32. A peer of imageThroughput.ts; see pythonPeer.ts."""

import json
import sys
import time
from pathlib import Path

import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import models, transforms

folder, batch, threads, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(threads)
paths = sorted(Path(folder).glob("*.jpg"))
prepare = transforms.Compose(
    [
        transforms.Resize(224, interpolation=transforms.InterpolationMode.BICUBIC),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    ]
)


class Images(Dataset):
    def __len__(self):
        return len(paths)

    def __getitem__(self, index):
        with Image.open(paths[index]) as image:
            return prepare(image.convert("RGB"))


torch.manual_seed(0)
model = models.vit_b_32().eval()
model.heads = torch.nn.Linear(768, 512, bias=False)

with torch.inference_mode():
    for line in sys.stdin:
        start = time.perf_counter()
        embeddings = [model(images) for images in DataLoader(Images(), batch_size=batch, num_workers=workers)]
        rows = torch.cat(embeddings).shape[0]
        print(json.dumps({"seconds": time.perf_counter() - start, "found": {"rows": rows}}), flush=True)
