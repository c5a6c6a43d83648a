"""Pillow's resizing of a small picture, as torchvision's Resize and CenterCrop call it; writes decodeImage.json.

Run with Pillow and NumPy: python3 test/oracle/decodeImage.py
"""
import base64, io, json, pathlib
import numpy as np
import PIL
from PIL import Image

rng = np.random.default_rng(0)
height, width, size = 45, 61, 16
y, x = np.mgrid[0:height, 0:width]
wave = np.sin(x / 5)[..., None] * np.cos(y / 4)[..., None] * np.array([1.0, 0.7, 0.4])
values = np.clip(127 + 70 * wave + 12 * rng.standard_normal((height, width, 3)), 0, 255).astype(np.uint8)
image = Image.fromarray(values)
encoded = io.BytesIO()
image.save(encoded, 'PNG')
b64 = lambda data: base64.b64encode(data).decode()

kernels = {'nearest': Image.NEAREST, 'bilinear': Image.BILINEAR, 'bicubic': Image.BICUBIC, 'lanczos': Image.LANCZOS}
cases = []
for name, kernel in kernels.items():
    scaled = image.resize((int(size * width / height), size), kernel)
    left = int(round((scaled.width - size) / 2))
    cases.append({'interpolation': name, 'resize': 'shortest-edge-then-centre-crop',
                  'rgb': b64(np.asarray(scaled.crop((left, 0, left + size, size))).tobytes())})
    cases.append({'interpolation': name, 'resize': 'stretch', 'rgb': b64(np.asarray(image.resize((size, size), kernel)).tobytes())})
result = {'pillow': PIL.__version__, 'size': size, 'png': b64(encoded.getvalue()), 'cases': cases}
pathlib.Path(__file__).with_suffix('.json').write_text(json.dumps(result, indent=1) + '\n')
