"""Pillow's resizing and decoding, and Hugging Face's steps after it; writes decodeImage.json.

Run with Pillow and NumPy: python3 test/oracle/decodeImage.py
"""
import base64, hashlib, io, json, math, pathlib
import numpy as np
import PIL
from PIL import Image

rng = np.random.default_rng(0)
b64 = lambda data: base64.b64encode(data).decode()
bytes_of = lambda image: np.asarray(image).tobytes()


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return b64(file.getvalue())


def picture(height, width):
    """Waves with noise, and a corner of black and white, where filters overshoot."""
    y, x = np.mgrid[0:height, 0:width]
    wave = np.sin(x / 5)[..., None] * np.cos(y / 4)[..., None] * np.array([1.0, 0.7, 0.4])
    values = 127 + 70 * wave + 12 * rng.standard_normal((height, width, 3))
    corner = (slice(0, height // 2), slice(0, width // 3))
    values[corner] = 255 * ((x + y) // 3 % 2)[corner][..., None]
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


image = picture(45, 61)

# Down, up, each edge alone, one of each, and hardly at all.
sizes = [(16, 12), (70, 50), (61, 9), (13, 45), (7, 60), (62, 44)]
filters = {'nearest': 0, 'lanczos': 1, 'bilinear': 2, 'bicubic': 3, 'box': 4, 'hamming': 5}
resized = [
    {'filter': name, 'width': width, 'height': height,
     'sha256': hashlib.sha256(bytes_of(image.resize((width, height), number))).hexdigest()}
    for name, number in filters.items() for width, height in sizes
]

# More than a megabyte, in levels that another language draws alike.
count = 900 * 500 * 3
i = np.arange(count, dtype=np.int64)
large = Image.fromarray(((i * i * 31 + i * 7) // 8 % 256).astype(np.uint8).reshape(500, 900, 3))
resized_large = [
    {'filter': name, 'width': width, 'height': height,
     'sha256': hashlib.sha256(bytes_of(large.resize((width, height), filters[name]))).hexdigest()}
    for name, width, height in [('bicubic', 403, 224), ('lanczos', 31, 517), ('nearest', 403, 224)]
]

# Kinds of file, decoded.
small = picture(13, 21)
alpha = Image.fromarray(rng.integers(0, 256, (13, 21), dtype=np.uint8))
transparent = small.convert('RGBA')
transparent.putalpha(alpha)
files = {
    'JPEG 4:2:0': encoded(small, 'JPEG', quality=85, subsampling='4:2:0'),
    'JPEG 4:2:2': encoded(small, 'JPEG', quality=60, subsampling='4:2:2'),
    'JPEG 4:4:4': encoded(small, 'JPEG', quality=95, subsampling='4:4:4'),
    'progressive JPEG': encoded(small, 'JPEG', quality=75, progressive=True),
    'grey JPEG': encoded(small.convert('L'), 'JPEG'),
    'CMYK JPEG': encoded(Image.merge('CMYK', [*small.split(), alpha]), 'JPEG'),
    'CMYK TIFF': encoded(Image.merge('CMYK', [*small.split(), alpha]), 'TIFF', compression='tiff_lzw'),
    'PNG with alpha': encoded(transparent, 'PNG'),
    'grey PNG with alpha': encoded(transparent.convert('LA'), 'PNG'),
    'palette PNG': encoded(small.quantize(16), 'PNG'),
    'palette PNG with a transparent colour': encoded(small.quantize(16), 'PNG', transparency=2),
    'PNG of one bit': encoded(small.convert('1'), 'PNG'),
    'lossy WebP': encoded(small, 'WEBP', quality=70),
    'GIF': encoded(small.quantize(16), 'GIF'),
}
decoded = [
    {'kind': kind, 'file': file, 'rgb': b64(bytes_of(Image.open(io.BytesIO(base64.b64decode(file))).convert('RGB')))}
    for kind, file in files.items()
]


def center_crop(pixels, height, width):
    """transformers.image_transforms.center_crop, channels first, written out."""
    full_height, full_width = pixels.shape[1:]
    top, left = (full_height - height) // 2, (full_width - width) // 2
    if top >= 0 and left >= 0:
        return pixels[:, top:top + height, left:left + width]
    new_height, new_width = max(height, full_height), max(width, full_width)
    padded = np.zeros((3, new_height, new_width), pixels.dtype)
    top_pad, left_pad = math.ceil((new_height - full_height) / 2), math.ceil((new_width - full_width) / 2)
    padded[:, top_pad:top_pad + full_height, left_pad:left_pad + full_width] = pixels
    top, left = top + top_pad, left + left_pad
    return padded[:, max(0, top):min(new_height, top + height), max(0, left):min(new_width, left + width)]


def pixel_values(resize, resample, crop, rescale_factor, mean, std):
    scaled = image
    if resize is not None:
        if 'shortestEdge' in resize:
            width, height = image.size
            short, long = min(width, height), max(width, height)
            new_short, new_long = resize['shortestEdge'], int(resize['shortestEdge'] * long / short)
            size = (new_long, new_short) if width > height else (new_short, new_long)
        else:
            size = (resize['width'], resize['height'])
        scaled = image.resize(size, filters[resample])
    pixels = np.asarray(scaled).transpose(2, 0, 1)
    if crop is not None:
        pixels = center_crop(pixels, crop['height'], crop['width'])
    pixels = (pixels.astype(np.float64) * rescale_factor).astype(np.float32)
    return ((pixels.T - np.array(mean, np.float32)) / np.array(std, np.float32)).T


clip = ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
half = ([0.5] * 3, [0.5] * 3)
square = lambda side: {'height': side, 'width': side}
steps = {
    'CLIP': ({'shortestEdge': 16}, 'bicubic', square(16), 1 / 255, *clip),
    'SigLIP': (square(14), 'bicubic', None, 1 / 255, *half),
    'ViT': ({'height': 9, 'width': 20}, 'bilinear', None, 1 / 255, *half),
    'a crop that leaves an odd rest': ({'shortestEdge': 18}, 'lanczos', {'height': 11, 'width': 13}, 1 / 255, *clip),
    'a crop larger than the image': ({'shortestEdge': 10}, 'bicubic', {'height': 15, 'width': 12}, 1 / 255, *clip),
    'no resize': (None, 'nearest', square(12), 1 / 127.5, *half),
    'levels as they are': ({'height': 5, 'width': 7}, 'box', None, 1, [0] * 3, [1] * 3),
}
prepared = []
for name, (resize, resample, crop, factor, mean, std) in steps.items():
    values = pixel_values(resize, resample, crop, factor, mean, std)
    target = {'resize': resize, 'interpolation': resample, 'crop': crop, 'rescaleFactor': factor, 'mean': mean, 'std': std}
    prepared.append({'name': name, 'target': target, 'height': values.shape[1], 'width': values.shape[2],
                     'values': b64(np.ascontiguousarray(values, '<f4').tobytes())})

# Grey values of 16 bits through a window: the formula of the documentation, in float64.
grey = rng.integers(0, 65536, (6, 9)).astype(np.uint16)
grey[0, :4] = [0, 65535, 1000, 3000]
low, width = 2000 - 2000 / 2, 2000
windowed = np.clip(np.rint((grey.astype(np.float64) - low) / width * 255), 0, 255).astype(np.uint8)
sixteen = {'png': encoded(Image.fromarray(grey), 'PNG'), 'tiff': encoded(Image.fromarray(grey), 'TIFF'),
           'float': encoded(Image.fromarray(grey.astype(np.float32) - 1024), 'TIFF'),
           'upper': b64((grey >> 8).astype(np.uint8).tobytes()),
           'window': {'center': 2000, 'width': width}, 'windowed': b64(windowed.tobytes())}

result = {'pillow': PIL.__version__, 'png': encoded(image, 'PNG'), 'resized': resized, 'resizedLarge': resized_large,
          'decoded': decoded, 'prepared': prepared, 'sixteenBits': sixteen}
pathlib.Path(__file__).with_suffix('.json').write_text(json.dumps(result, indent=1) + '\n')
