/**
 * One channel from several: their mean, as `librosa.to_mono` and most training code take it.
 *
 * @param channels At least one, all of one length. Of one channel, that channel itself comes back.
 */
export function mixToMono(channels: readonly Float32Array[]): Float32Array {
  const [first] = channels;
  if (first === undefined) throw new RangeError('Sound without channels');
  if (channels.length === 1) return first;
  const mono = new Float32Array(first.length);
  for (let i = 0; i < mono.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels.length; c++) sum += channels[c]![i]!;
    mono[i] = sum / channels.length;
  }
  return mono;
}
