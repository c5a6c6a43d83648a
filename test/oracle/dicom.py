"""Small DICOM files and the pixels that pydicom, GDCM and NumPy make of them; writes dicom.json.

Run with pydicom 2, GDCM, Pillow and NumPy: python3 test/oracle/dicom.py
"""
import base64, io, json, os, pathlib, tempfile
import gdcm
import numpy as np
import PIL.Image
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixel_data_handlers.util import apply_color_lut, apply_modality_lut, apply_voi_lut, convert_color_space
from pydicom.sequence import Sequence

rng = np.random.default_rng(0)
rows, columns = 20, 24
y, x = np.mgrid[0:rows, 0:columns]
wave = np.sin(x / 4) * np.cos(y / 5)
grey12 = np.clip(2048 + 1900 * wave + 60 * rng.standard_normal((rows, columns)), 0, 4095).astype('<u2')
grey8 = (grey12 >> 4).astype('u1')
signed16 = (grey12.astype('<i4') * 8 - 16000).astype('<i2')
colour = np.stack([grey8, grey8[::-1], np.flip(grey8)], -1).copy()
implicit, explicit, deflated, big = ['1.2.840.10008.1.2' + end for end in ['', '.1', '.1.99', '.2']]
b64 = lambda data: base64.b64encode(data).decode()


def file(pixels, syntax=explicit, **attributes):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = '1.2.840.10008.5.1.4.1.1.7'
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = '1.2.3'
    ds.is_little_endian = syntax != big
    ds.is_implicit_VR = syntax == implicit
    ds.Rows, ds.Columns = rows, columns
    bits = pixels.dtype.itemsize * 8
    ds.SamplesPerPixel = 3 if pixels.shape[-1] == 3 else 1
    ds.PhotometricInterpretation = 'RGB' if ds.SamplesPerPixel == 3 else 'MONOCHROME2'
    if ds.SamplesPerPixel == 3:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated = bits
    ds.BitsStored = 12 if pixels.dtype == '<u2' else bits
    ds.PixelRepresentation = 1 if pixels.dtype.kind == 'i' else 0
    for name, value in attributes.items():
        setattr(ds, name, value)
    ds.HighBit = ds.BitsStored - 1
    ds.PixelData = pixels.astype(pixels.dtype.newbyteorder('>' if syntax == big else '<')).tobytes()
    ds['PixelData'].VR = 'OW' if bits > 8 else 'OB'
    return ds


def written(ds):
    stream = io.BytesIO()
    ds.save_as(stream, write_like_original=False)
    return stream.getvalue()


def compressed(ds, syntax):
    """Compressed by GDCM, which works on files."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'a.dcm')
        pathlib.Path(path).write_bytes(written(ds))
        reader = gdcm.ImageReader()
        reader.SetFileName(path)
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = gdcm.ImageWriter()
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        writer.SetFileName(path)
        assert writer.Write()
        return pathlib.Path(path).read_bytes()


def expected(data):
    """8-bit RGB by pydicom; where a file has no window, from the lowest value to the highest."""
    ds = pydicom.dcmread(io.BytesIO(data))
    pixels = ds.pixel_array
    # GDCM, too, writes groups into files of many frames, with other contents.
    if 'FrameVOILUTSequence' in ds.get('PerFrameFunctionalGroupsSequence', [[]])[0]:
        ds.update(ds.SharedFunctionalGroupsSequence[0].PixelValueTransformationSequence[0])
        ds.update(ds.PerFrameFunctionalGroupsSequence[0].FrameVOILUTSequence[0])
    if int(ds.get('NumberOfFrames', 1)) > 1:
        pixels = pixels[0]
    if ds.PhotometricInterpretation == 'PALETTE COLOR':
        return (apply_color_lut(pixels, ds) >> 8).astype('u1')
    if pixels.ndim == 3:
        photometric = ds.PhotometricInterpretation
        return pixels if photometric in ('RGB', 'YBR_RCT', 'YBR_ICT') else convert_color_space(pixels, photometric, 'RGB')
    values = apply_modality_lut(pixels, ds).astype('f8')
    if 'WindowCenter' in ds:
        # pydicom's levels are those of the stored bits, through the rescaling.
        slope, intercept = float(ds.get('RescaleSlope', 1)), float(ds.get('RescaleIntercept', 0))
        low = -2 ** (ds.BitsStored - 1) if ds.PixelRepresentation else 0
        high = low + 2**ds.BitsStored - 1
        low, high = low * slope + intercept, high * slope + intercept
        values = apply_voi_lut(values, ds, prefer_lut=False)
    elif 'VOILUTSequence' in ds:
        values = apply_voi_lut(values.astype(int), ds).astype('f8')
        low, high = 0, 2 ** ds.VOILUTSequence[0].LUTDescriptor[2] - 1
    else:
        low, high = values.min(), values.max()
    levels = np.floor(255 * (values - low) / (high - low) + 0.5).astype('u1')
    if ds.PhotometricInterpretation == 'MONOCHROME1':
        levels = 255 - levels
    return np.stack([levels] * 3, -1)


def table(entries, first, bits):
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item['LUTDescriptor'].VR = 'US'
    item.LUTData = [int(entry) for entry in entries]
    item['LUTData'].VR = 'US'
    item.ModalityLUTType = 'US'
    return Sequence([item])


def palette():
    attributes = {}
    for channel, shift in [('Red', 0), ('Green', 80), ('Blue', 160)]:
        name = channel + 'PaletteColorLookupTable'
        attributes[name + 'Descriptor'] = [200, 20, 16]
        attributes[name + 'Data'] = ((np.arange(200) * 3 + shift) % 256 * 257).astype('<u2').tobytes()
    return attributes


def with_high_bit(ds):
    """The 12 bits one place higher, and rubbish in the bits above and below."""
    ds.HighBit = 12
    ds.PixelData = ((grey12 << 1) | 1 | 0xC000).astype('<u2').tobytes()
    return ds


def jpeg_rgb():
    """RGB in a JPEG, which Pillow takes for YCbCr unless told otherwise."""
    stream = io.BytesIO()
    # YCbCr is written as it is: three components without a marker of what they mean.
    PIL.Image.fromarray(colour, 'YCbCr').save(stream, 'JPEG', quality=95, subsampling=0)
    jpeg = stream.getvalue()
    # JFIF says YCbCr, so its segment goes: marker, length and contents, behind the first marker.
    assert jpeg[2:4] == b'\xff\xe0'
    jpeg = jpeg[:2] + jpeg[4 + int.from_bytes(jpeg[4:6], 'big') :]
    ds = file(colour, '1.2.840.10008.1.2.4.50')
    ds.PixelData = encapsulate([jpeg])
    ds['PixelData'].is_undefined_length = True
    return written(ds)


def halved():
    """Two pixels share their colour: Y Y Cb Cr."""
    ds = file(colour, PhotometricInterpretation='YBR_FULL_422')
    ds.PixelData = np.stack([colour[:, 0::2, 0], colour[:, 1::2, 0], colour[:, 0::2, 1], colour[:, 0::2, 2]], -1).tobytes()
    return written(ds)


def one(**attributes):
    """A sequence of one item."""
    item = Dataset()
    for name, value in attributes.items():
        setattr(item, name, value)
    return Sequence([item])


def enhanced():
    """Two frames: the rescaling is that of all, the windows are their own."""
    ds = file(np.stack([grey12, grey12[::-1]]), NumberOfFrames=2)
    ds.SharedFunctionalGroupsSequence = one(PixelValueTransformationSequence=one(**ct))
    ds.PerFrameFunctionalGroupsSequence = Sequence(
        [one(FrameVOILUTSequence=one(WindowCenter=center, WindowWidth='500'))[0] for center in ['-150', '300']]
    )
    return written(ds)


ct = {'RescaleSlope': '0.5', 'RescaleIntercept': '-1024'}
window = {'WindowCenter': ['-200', '40'], 'WindowWidth': ['700', '400']}
syntax = gdcm.TransferSyntax
files = {
    'implicit little endian': written(file(grey12, implicit)),
    'explicit little endian': written(file(grey12)),
    'big endian': written(file(grey12, big)),
    'deflated': written(file(grey12, deflated)),
    '8 bits': written(file(grey8)),
    'signed': written(file(signed16)),
    'bits above and below those stored': written(with_high_bit(file(grey12))),
    'MONOCHROME1': written(file(grey12, PhotometricInterpretation='MONOCHROME1', **ct, **window)),
    'the first of two windows, rescaled': written(file(grey12, **ct, **window)),
    'a window of width 1': written(file(grey12, WindowCenter='2048', WindowWidth='1')),
    'LINEAR_EXACT': written(file(grey12, VOILUTFunction='LINEAR_EXACT', WindowCenter='2000', WindowWidth='1500.5')),
    'SIGMOID': written(file(signed16, VOILUTFunction='SIGMOID', WindowCenter='-300', WindowWidth='9000')),
    'a table of values of interest': written(file(grey12, VOILUTSequence=table(np.arange(3000)[::-1] * 21, 500, 16))),
    'a table of the modality': written(file(grey12, ModalityLUTSequence=table(np.sqrt(np.arange(4096)) * 100, 0, 16))),
    'two frames': written(file(np.stack([grey12, grey12[::-1]]), NumberOfFrames=2)),
    'RGB': written(file(colour)),
    'RGB, planar': written(file(np.ascontiguousarray(colour.transpose(2, 0, 1)), SamplesPerPixel=3,
                                PhotometricInterpretation='RGB', PlanarConfiguration=1, BitsStored=8)),
    'YBR_FULL': written(file(colour, PhotometricInterpretation='YBR_FULL')),
    'YBR_FULL_422': halved(),
    'two frames with functional groups': enhanced(),
    'palette': written(file(grey8, PhotometricInterpretation='PALETTE COLOR', **palette())),
    'RLE': compressed(file(grey12, **ct, **window), syntax.RLELossless),
    'RLE, RGB': compressed(file(colour), syntax.RLELossless),
    'RLE, two frames': compressed(file(np.stack([grey12, grey12[::-1]]), NumberOfFrames=2), syntax.RLELossless),
    'JPEG lossless': compressed(file(grey12), syntax.JPEGLosslessProcess14_1),
    'JPEG lossless, signed': compressed(file(signed16), syntax.JPEGLosslessProcess14_1),
    'JPEG lossless, RGB': compressed(file(colour), syntax.JPEGLosslessProcess14_1),
    'JPEG-LS': compressed(file(grey12), syntax.JPEGLSLossless),
    'JPEG-LS, RGB': compressed(file(colour), syntax.JPEGLSLossless),
    'JPEG 2000': compressed(file(grey12), syntax.JPEG2000Lossless),
    'JPEG 2000, 8 bits': compressed(file(grey8), syntax.JPEG2000Lossless),
    'JPEG 2000, signed': compressed(file(signed16), syntax.JPEG2000Lossless),
    'JPEG 2000, RGB': compressed(file(colour), syntax.JPEG2000Lossless),
    'JPEG 2000, two frames': compressed(file(np.stack([grey12, grey12[::-1]]), NumberOfFrames=2), syntax.JPEG2000Lossless),
    'JPEG': compressed(file(grey8), syntax.JPEGBaselineProcess1),
}
cases = [{'name': name, 'dicom': b64(data), 'rgb': b64(expected(data).tobytes())} for name, data in files.items()]
# Lossy: held to the pixels that went in.
cases.append({'name': 'JPEG, RGB', 'dicom': b64(jpeg_rgb()), 'rgb': b64(colour.tobytes()), 'tolerance': 12})
result = {'pydicom': pydicom.__version__, 'gdcm': gdcm.Version.GetVersion(), 'width': columns, 'height': rows, 'cases': cases}
pathlib.Path(__file__).with_suffix('.json').write_text(json.dumps(result, indent=1) + '\n')
