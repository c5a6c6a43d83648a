"""Bitmaps, Netpbm and JPEG 2000 as Pillow decodes them; writes imageFormats.json.

Run with Pillow (12 or later, which reads all of these) and NumPy, and OpenJPEG's opj_compress: python3 test/oracle/imageFormats.py
"""
import base64, io, json, pathlib, struct, subprocess, tempfile
import numpy as np
import PIL
from PIL import Image

rng = np.random.default_rng(0)
b64 = lambda data: base64.b64encode(data).decode()
width, height = 13, 7
y, x = np.mgrid[0:height, 0:width]
colours = np.clip(np.stack([x * 19, y * 36, (x + y) * 13], -1) + rng.integers(-6, 7, (height, width, 3)), 0, 255).astype(np.uint8)
picture = Image.fromarray(colours)


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def rows_of_bits(values, bits):
    """Rows of values, each filled up to four bytes."""
    packed = b''
    for row in values:
        text = ''.join(format(int(value), f'0{bits}b') for value in row)
        text += '0' * (-len(text) % 32)
        packed += int(text, 2).to_bytes(len(text) // 8, 'big')
    return packed


def bmp(pixels, bits, header=40, palette=b'', compression=0, colours=0, masks=b'', top_down=False, offset=None, gap=b''):
    size = -height if top_down else height
    if header == 12:
        info = struct.pack('<IHHHH', 12, width, height, 1, bits)
    else:
        info = struct.pack('<IiiHHIIiiII', header, width, size, 1, bits, compression, len(pixels), 2835, 2835, colours, 0)
        inside = masks if header >= 52 else b''
        info += inside + bytes(header - len(info) - len(inside))
    if header == 40:
        info += masks
    start = 14 + len(info) + len(palette) + len(gap)
    file = struct.pack('<2sIHHI', b'BM', start + len(pixels), 0, 0, start if offset is None else offset)
    return file + info + palette + gap + pixels


def entries(count, size=4):
    table = rng.integers(0, 256, (count, 3), dtype=np.uint8)
    return b''.join(bytes(entry) + bytes(size - 3) for entry in table)


indices = {bits: rng.integers(0, 2 ** bits, (height, width)) for bits in (1, 4, 8)}
words = lambda kind, count: rng.integers(0, 2 ** (8 * np.dtype(kind).itemsize), (height, count), dtype=kind)
sixteen = rows_of_bits(words('<u2', width).byteswap(), 16)
thirty_two = words('<u4', width).tobytes()
masks = lambda *values: struct.pack(f'<{len(values)}I', *values)
grey_palette = lambda count: b''.join(bytes([i, i, i, 0]) for i in range(count))

# Runs, an absolute run of an even number, a short row that ends early, a delta, and runs up to the end.
row = lambda index: bytes([width, index, 0, 0])
runs_of_8 = (row(3) + bytes([4, 9, 0, 6, 1, 2, 3, 4, 5, 6, 3, 7, 0, 0]) + bytes([5, 200, 0, 0]) + bytes([2, 8, 0, 2, 3, 1])
             + bytes([8, 11, 0, 0]) + row(4) + row(255) + bytes([0, 1]))
runs_of_4 = (row(0x12) + bytes([5, 0x9a, 0, 4, 0x12, 0x34, 4, 0x56, 0, 0]) + bytes([3, 0xcd, 0, 0]) + row(0x77) + row(0x10)
             + row(0xab) + row(0xf0) + bytes([0, 1]))

bitmaps = {
    'BMP of 1 bit': saved(picture.convert('1'), 'BMP'),
    'BMP of 1 bit with colours': bmp(rows_of_bits(indices[1], 1), 1, palette=entries(2)),
    'BMP of 4 bits': bmp(rows_of_bits(indices[4], 4), 4, palette=entries(16)),
    'BMP of 4 bits with fewer colours': bmp(rows_of_bits(indices[4] % 5, 4), 4, palette=entries(5), colours=5),
    'BMP of 8 bits': saved(picture.quantize(40), 'BMP'),
    'grey BMP': saved(picture.convert('L'), 'BMP'),
    'BMP of 8 bits with fewer colours': bmp(rows_of_bits(indices[8] % 100, 8), 8, palette=entries(100), colours=100),
    'BMP of 8 bits with a gap': bmp(rows_of_bits(indices[8], 8), 8, palette=entries(256), gap=bytes(6)),
    'BMP of 8 bits whose header ends where its pixels are said to begin': bmp(rows_of_bits(indices[8], 8), 8, palette=entries(256), offset=54),
    'BMP of 8 bits that does not say where its pixels begin': bmp(rows_of_bits(indices[8], 8), 8, palette=entries(256), offset=0),
    'BMP of 16 bits': bmp(sixteen, 16),
    'BMP of 16 bits, 5-6-5': bmp(sixteen, 16, compression=3, masks=masks(0xf800, 0x7e0, 0x1f)),
    'BMP of 16 bits, 5-5-5 as fields': bmp(sixteen, 16, compression=3, masks=masks(0x7c00, 0x3e0, 0x1f)),
    'BMP of 24 bits': saved(picture, 'BMP'),
    'BMP of 24 bits, upper row first': bmp(rows_of_bits(words('<u4', width) >> 8, 24), 24, top_down=True),
    'BMP of 8 bits, upper row first': bmp(rows_of_bits(indices[8], 8), 8, palette=entries(256), top_down=True),
    'BMP of 32 bits': bmp(thirty_two, 32),
    'BMP of 32 bits, fields': bmp(thirty_two, 32, compression=3, masks=masks(0xff0000, 0xff00, 0xff)),
    'BMP of 32 bits, fields in another order': bmp(thirty_two, 32, compression=3, masks=masks(0xff000000, 0xff0000, 0xff00)),
    'BMP of 32 bits with transparency': bmp(thirty_two, 32, 124, compression=3, masks=masks(0xff0000, 0xff00, 0xff, 0xff000000)),
    'BMP of 32 bits, RGBA': bmp(thirty_two, 32, 108, compression=3, masks=masks(0xff, 0xff00, 0xff0000, 0xff000000)),
    'BMP of 32 bits with a header of 56 bytes': bmp(thirty_two, 32, 56, compression=3, masks=masks(0xff0000, 0xff00, 0xff, 0)),
    'BMP of 24 bits with a header of 64 bytes': bmp(rows_of_bits(words('<u4', width) >> 8, 24), 24, 64),
    'BMP of 8 bits with a header of 108 bytes': bmp(rows_of_bits(indices[8], 8), 8, 108, palette=entries(256)),
    'BMP of OS/2, 24 bits': bmp(rows_of_bits(words('<u4', width) >> 8, 24), 24, 12),
    'BMP of OS/2, 8 bits': bmp(rows_of_bits(indices[8], 8), 8, 12, palette=entries(256, 3)),
    'BMP of OS/2, 4 bits': bmp(rows_of_bits(indices[4], 4), 4, 12, palette=entries(16, 3)),
    'BMP of OS/2, 1 bit': bmp(rows_of_bits(indices[1], 1), 1, 12, palette=entries(2, 3)),
    'BMP of runs, 8 bits': bmp(runs_of_8, 8, palette=entries(256), compression=1),
    'BMP of runs, 4 bits': bmp(runs_of_4, 4, palette=entries(16), compression=2),
}


def netpbm(kind, highest, values, comment=b''):
    channels = 3 if kind in 'P3 P6' else 1
    head = f'{kind}\n'.encode() + comment + f'{width} {height}\n'.encode() + (f'{highest}\n'.encode() if highest else b'')
    if kind == 'P4':
        return head + b''.join(np.packbits(line.astype(np.uint8)).tobytes() for line in values)
    if kind in 'P5 P6':
        return head + values.astype('>u2' if highest > 255 else 'u1').tobytes()
    text = '\n'.join(' '.join(map(str, line)) for line in values.reshape(height, width * channels))
    return head + text.encode() + b'\n'


bits = rng.integers(0, 2, (height, width))
levels = lambda highest, channels: rng.integers(0, highest + 1, (height, width, channels))
netpbms = {
    'plain bitmap': netpbm('P1', 0, bits),
    'plain bitmap without spaces': f'P1 {width} {height} '.encode() + ''.join(map(str, bits.ravel())).encode(),
    'bitmap': netpbm('P4', 0, bits),
    'plain grey map': netpbm('P2', 255, levels(255, 1)),
    'plain grey map up to 7': netpbm('P2', 7, levels(7, 1)),
    'grey map': saved(picture.convert('L'), 'PPM'),
    'grey map with comments': netpbm('P5', 255, levels(255, 1), b'# a comment\n#another 99 99\n'),
    'grey map up to 100': netpbm('P5', 100, levels(100, 1)),
    'grey map up to 2': netpbm('P5', 2, levels(2, 1)),
    'plain pixel map': netpbm('P3', 255, levels(255, 3), b'# CREATOR: a program\n'),
    'plain pixel map up to 1000': netpbm('P3', 1000, levels(1000, 3)),
    'plain pixel map with comments in it': netpbm('P3', 255, levels(255, 3)).replace(b'\n', b' # more\n', 4).replace(b'P3 # more\n', b'P3\n'),
    'pixel map': saved(picture, 'PPM'),
    'pixel map up to 77': netpbm('P6', 77, levels(77, 3)),
    'pixel map of 16 bits': netpbm('P6', 65535, levels(65535, 3)),
    'pixel map up to 1023': netpbm('P6', 1023, levels(1023, 3)),
}


def compressed(pixels, highest, *options, ending='jp2'):
    """What opj_compress makes of grey or coloured values."""
    channels = 1 if pixels.ndim == 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, 'source.pgm' if channels == 1 else 'source.ppm')
        head = f'P{5 if channels == 1 else 6}\n{pixels.shape[1]} {pixels.shape[0]}\n{highest}\n'.encode()
        source.write_bytes(head + pixels.astype('>u2' if highest > 255 else 'u1').tobytes())
        target = pathlib.Path(folder, f'target.{ending}')
        subprocess.run(['opj_compress', '-i', source, '-o', target, '-n', '3', *options], check=True, capture_output=True)
        return target.read_bytes()


large = np.clip(np.kron(colours, np.ones((4, 4, 1))) + rng.integers(-9, 10, (28, 52, 3)), 0, 255).astype(np.uint8)
jpeg2000s = {
    'JPEG 2000': saved(picture, 'JPEG2000'),
    'JPEG 2000 codestream': compressed(colours, 255, ending='j2k'),
    'JPEG 2000 with loss': compressed(large, 255, '-I', '-r', '6'),
    'JPEG 2000 without a transformation of colours': compressed(colours, 255, '-mct', '0'),
    'JPEG 2000 in tiles': compressed(large, 255, '-t', '16,16'),
    'JPEG 2000 of several layers and resolutions': compressed(large, 255, '-r', '20,5,1', '-p', 'RLCP'),
    'JPEG 2000 with an offset': compressed(large, 255, '-d', '3,5'),
    'grey JPEG 2000': saved(picture.convert('L'), 'JPEG2000'),
    'grey JPEG 2000 of 4 bits': compressed(indices[4], 15),
    'JPEG 2000 of 12 bits': compressed(rng.integers(0, 4096, (height, width, 3)), 4095),
    'JPEG 2000 of 16 bits': compressed(rng.integers(0, 65536, (height, width, 3)), 65535),
}
jpeg2000s['JPEG 2000, sYCC'] = jpeg2000s['JPEG 2000 without a transformation of colours'].replace(
    b'colr\1\0\0\0\0\0\x10', b'colr\1\0\0\0\0\0\x12')


def rgb(file):
    return np.asarray(Image.open(io.BytesIO(file)).convert('RGB'))


decoded = []
for kind, file in {**bitmaps, **netpbms, **jpeg2000s}.items():
    pixels = rgb(file)
    decoded.append({'kind': kind, 'file': b64(file), 'width': pixels.shape[1], 'height': pixels.shape[0], 'rgb': b64(pixels.tobytes())})

# Grey values of 16 bits: the upper 8, or what a window says, rounded in float64.
grey = rng.integers(0, 65536, (height, width)).astype(np.uint16)
window = {'center': 2000, 'width': 2000}
grey[0, :4] = [0, 65535, 1000, 3000]
windowed = np.clip(np.rint((grey.astype(np.float64) - 1000) / 2000 * 255), 0, 255).astype(np.uint8)
grey_files = {'Netpbm': netpbm('P5', 65535, grey), 'plain Netpbm': netpbm('P2', 65535, grey), 'JPEG 2000': compressed(grey, 65535)}
sixteen_bits = {'files': [{'kind': kind, 'file': b64(file)} for kind, file in grey_files.items()],
                'upper': b64((grey >> 8).astype(np.uint8).tobytes()), 'window': window, 'windowed': b64(windowed.tobytes())}

# Of kinds that are refused.
transparent = picture.copy()
transparent.putalpha(Image.fromarray(rng.integers(0, 256, (height, width), dtype=np.uint8)))
refused = {
    'transparency': saved(transparent, 'JPEG2000'),
    'subsampled': compressed(large, 255, '-s', '2,2'),
}
result = {'pillow': PIL.__version__, 'decoded': decoded, 'sixteenBits': sixteen_bits,
          'refused': [{'kind': kind, 'file': b64(file)} for kind, file in refused.items()]}
pathlib.Path(__file__).with_suffix('.json').write_text(json.dumps(result, indent=1) + '\n')
