"""Recordings of each format, and what other implementations make of them; writes audio/ and audio.json.

The features follow the definitions of Hugging Face's feature extractors with torch.stft in float64, the resampling
those of torchaudio.functional.resample (sinc_interp_hann, lowpass_filter_width 6, rolloff 0.99).
Run with NumPy, PyTorch and ffmpeg: python3 test/oracle/audio.py
"""
import base64, json, math, pathlib, subprocess
import numpy as np
import torch

folder = pathlib.Path(__file__).parent / 'audio'
folder.mkdir(exist_ok=True)
b64 = lambda values: base64.b64encode(np.ascontiguousarray(values, '<f4').tobytes()).decode()


def signal(seconds, rate):
    """A chirp up to 0.4 of the rate with noise; test/engine/encoders/audio/testSignal.ts draws the same."""
    n = int(round(seconds * rate))
    t = np.arange(n) / rate
    noise, state = np.empty(n), 1
    for i in range(n):
        state = (state * 16807) % 2147483647
        noise[i] = state / 2147483647 - 0.5
    chirp = np.sin(2 * np.pi * (100 * t + (0.4 * rate - 100) * t * t / (2 * seconds)))
    return (0.4 * chirp + 0.05 * noise).astype(np.float32)


# Recordings.
rate, samples = 16000, 4000
t = np.arange(samples) / rate
stereo = np.stack([0.5 * np.sin(2 * np.pi * 440 * t), 0.25 * np.sin(2 * np.pi * 660 * t + 1)], 1)
ffmpeg = ['ffmpeg', '-v', 'error', '-y', '-f', 'f32le', '-ar', str(rate), '-ac', '2', '-i', '-', '-bitexact', '-map_metadata', '-1']
mono = ['-af', 'pan=mono|c0=c0']
short = ['-t', '0.0625']
recordings = {
    'u8.wav': ['-c:a', 'pcm_u8'], 's16.wav': ['-c:a', 'pcm_s16le', *short], 's24.wav': ['-c:a', 'pcm_s24le', *short],
    's32.wav': ['-c:a', 'pcm_s32le', *short], 'f32.wav': ['-c:a', 'pcm_f32le', *short], 'f64.wav': ['-c:a', 'pcm_f64le', *mono, *short],
    'stereo.flac': ['-c:a', 'flac', '-sample_fmt', 's16', *short], 'mono24.flac': ['-c:a', 'flac', '-sample_fmt', 's32', *mono, *short],
    'flac.ogg': ['-c:a', 'flac', '-sample_fmt', 's16', *mono, *short],
    'stereo.mp3': ['-c:a', 'libmp3lame', '-b:a', '64k'], 'mono.mp3': ['-c:a', 'libmp3lame', '-b:a', '32k', *mono],
    'stereo.ogg': ['-c:a', 'libvorbis', '-q:a', '3'], 'mono.opus': ['-c:a', 'libopus', '-b:a', '32k', *mono],
    'stereo.opus': ['-c:a', 'libopus', '-b:a', '64k'],
    'tone.m4a': ['-c:a', 'aac', '-b:a', '16k', *mono],
}
decoded = []
for name, options in recordings.items():
    file = folder / name
    subprocess.run([*ffmpeg, *options, str(file)], input=stereo.astype('<f4').tobytes(), check=True)
    assert file.stat().st_size < 10000, (name, file.stat().st_size)
    if name.endswith('.m4a'):
        continue
    probe = json.loads(subprocess.run(['ffprobe', '-v', 'error', '-show_streams', '-of', 'json', str(file)], capture_output=True, check=True).stdout)['streams'][0]
    # ffmpeg's own decoder of Opus deviates from the reference's.
    decoder = ['-c:a', 'libopus'] if name.endswith('.opus') else []
    raw = subprocess.run(['ffmpeg', '-v', 'error', *decoder, '-i', str(file), '-f', 'f32le', '-'], capture_output=True, check=True).stdout
    values = np.frombuffer(raw, '<f4').reshape(-1, probe['channels']).T
    # ffmpeg 5 keeps the end of the last Vorbis block, which the stream says to drop.
    values = values[:, :samples * int(probe['sample_rate']) // rate]
    decoded.append({'file': name, 'sampleRate': int(probe['sample_rate']), 'length': values.shape[1], 'every': 7,
                    'channels': [b64(channel[::7]) for channel in values]})


# Resampling.
def resample(x, source, target):
    gcd = math.gcd(source, target)
    source, target = source // gcd, target // gcd
    base = min(source, target) * 0.99
    width = math.ceil(6 * source / base)
    idx = torch.arange(-width, width + source, dtype=torch.float64)[None, None] / source
    t = torch.arange(0, -target, -1, dtype=torch.float64)[:, None, None] / target + idx
    t = (t * base).clamp(-6, 6)
    window = torch.cos(t * math.pi / 6 / 2) ** 2
    t = t * math.pi
    kernel = torch.where(t == 0, torch.tensor(1.0, dtype=torch.float64), t.sin() / t) * window * (base / source)
    padded = torch.nn.functional.pad(torch.tensor(x, dtype=torch.float64), (width, width + source))
    out = torch.nn.functional.conv1d(padded[None, None], kernel, stride=source)
    return out.transpose(1, 2).reshape(-1)[:math.ceil(target * len(x) / source)].numpy()


resampled = []
for source, target in [(44100, 16000), (44100, 48000), (48000, 16000), (8000, 48000), (22050, 16000), (16000, 11025), (16001, 16000)]:
    out = resample(signal(0.1, source), source, target)
    resampled.append({'from': source, 'to': target, 'length': len(out), 'every': 5, 'values': b64(out[::5])})


# Features.
def hertz_to_mel(f, scale):
    f = np.asarray(f, float)
    if scale == 'htk':
        return 2595 * np.log10(1 + f / 700)
    return np.where(f >= 1000, 15 + np.log(np.maximum(f, 1) / 1000) * 27 / np.log(6.4), 3 * f / 200)


def mel_to_hertz(m, scale):
    if scale == 'htk':
        return 700 * (10 ** (m / 2595) - 1)
    return np.where(m >= 15, 1000 * np.exp(np.log(6.4) / 27 * (m - 15)), 200 * m / 3)


def filter_bank(bins, count, low, high, rate, scale):
    edges = mel_to_hertz(np.linspace(hertz_to_mel(low, scale), hertz_to_mel(high, scale), count + 2), scale)
    freqs = np.linspace(0, rate // 2, bins)
    slopes = edges[None] - freqs[:, None]
    widths = np.diff(edges)
    bank = np.maximum(0, np.minimum(-slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:]))
    return bank * (2 / (edges[2:] - edges[:-2]))[None] if scale == 'slaney' else bank


def log_mel(wave, fft, hop, bank):
    window = torch.hann_window(fft, dtype=torch.float64)
    stft = torch.stft(torch.tensor(wave, dtype=torch.float64), fft, hop, window=window, center=True, pad_mode='reflect', return_complex=True)
    return np.log10(np.maximum(1e-10, (stft.abs().numpy() ** 2).T @ bank))


def whisper(wave, mels):
    wave = np.pad(wave[:480000], (0, max(0, 480000 - len(wave))))
    spec = log_mel(wave, 400, 160, filter_bank(201, mels, 0, 8000, 16000, 'slaney'))[:-1].T
    return (np.maximum(spec, spec.max() - 8) + 4) / 4


def clap_log_mel(wave, scale):
    return 10 * log_mel(wave, 1024, 480, filter_bank(513, 64, 50, 14000, 48000, scale))


def clap(wave, truncation, padding, seconds=2):
    length = seconds * 48000
    scale = 'htk' if truncation == 'fusion' else 'slaney'
    if len(wave) > length:
        if truncation == 'rand_trunc':
            return clap_log_mel(wave[:length], scale)[None]
        mel, chunk = clap_log_mel(wave, scale), length // 480 + 1
        if len(mel) == chunk:
            return np.stack([mel] * 4)
        ranges = np.array_split(np.arange(len(mel) - chunk + 1), 3)
        starts = [0, int(ranges[1][len(ranges[1]) // 2]), int(ranges[2][-1]) if len(ranges[2]) else 0]
        shrunk = torch.nn.functional.interpolate(torch.tensor(mel)[None, None], size=[chunk, 64], mode='bilinear', align_corners=False)[0, 0].numpy()
        return np.stack([shrunk, *(mel[s:s + chunk] for s in starts)])
    if len(wave) < length:
        if padding == 'repeat':
            wave = np.tile(wave, length // len(wave) + 1)[:length]
        if padding == 'repeatpad':
            wave = np.tile(wave, length // len(wave))
        wave = np.pad(wave, (0, length - len(wave)))
    mel = clap_log_mel(wave, scale)
    return np.stack([mel] * 4) if truncation == 'fusion' else mel[None]


features = []


def add(name, seconds, rate, config, out, **more):
    flat = out.astype(np.float32).reshape(-1)
    every = max(1, len(flat) // 1500) | 1
    features.append({'name': name, 'seconds': seconds, 'rate': rate, 'config': config, 'shape': list(out.shape),
                     'mean': float(out.mean()), 'every': every, 'values': b64(flat[::every]), **more})


for mels, seconds in [(80, 1.5), (128, 1.5), (80, 31)]:
    config = {'feature_extractor_type': 'WhisperFeatureExtractor', 'feature_size': mels}
    add(f'Whisper, {mels} mels, {seconds} s', seconds, 16000, config, whisper(signal(seconds, 16000), mels))
for truncation, padding, seconds in [('rand_trunc', 'repeatpad', 0.7), ('rand_trunc', 'repeat', 0.7), ('rand_trunc', 'pad', 0.7), ('rand_trunc', 'repeatpad', 2),
                                     ('rand_trunc', 'repeatpad', 2.5), ('fusion', 'repeatpad', 0.7), ('fusion', 'repeatpad', 3.2), ('fusion', 'repeatpad', 2.002), ('fusion', 'repeatpad', 2.013)]:
    config = {'feature_extractor_type': 'ClapFeatureExtractor', 'feature_size': 64, 'frequency_min': 50, 'frequency_max': 14000,
              'max_length_s': 2, 'truncation': truncation, 'padding': padding}
    out = clap(signal(seconds, 48000), truncation, padding)
    longer = seconds > 2 and not (truncation == 'fusion' and seconds == 2.002)
    add(f'CLAP, {truncation}, {padding}, {seconds} s', seconds, 48000, config, out, isLonger=longer)
wave = signal(0.2, 16000).astype(np.float64)
add('Wav2Vec2', 0.2, 16000, {'feature_extractor_type': 'Wav2Vec2FeatureExtractor'}, (wave - wave.mean()) / np.sqrt(wave.var() + 1e-7))

result = {'torch': torch.__version__, 'decoded': decoded, 'resampled': resampled, 'features': features}
pathlib.Path(__file__).with_suffix('.json').write_text(json.dumps(result, indent=1) + '\n')
