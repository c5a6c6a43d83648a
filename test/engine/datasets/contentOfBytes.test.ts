import { expect, it } from 'vitest';
import { contentOfBytes } from '../../../server/engine/datasets/contentOfBytes.ts';
import { npyFile } from '../../npyFile.ts';

const dicom = Buffer.alloc(200);
dicom.write('DICM', 128);

it.each([
  ['JPEG', Buffer.from('ffd8ffe000104a464946', 'hex'), 'image'],
  ['PNG', Buffer.from('89504e470d0a1a0a', 'hex'), 'image'],
  ['WebP', Buffer.from('RIFF\0\0\0\0WEBPVP8 '), 'image'],
  ['TIFF', Buffer.from('MM\0*'), 'image'],
  ['AVIF', Buffer.from('\0\0\0\x1cftypavif'), 'image'],
  ['DICOM', dicom, 'image'],
  ['BMP', Buffer.from('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0', 'latin1'), 'image'],
  ['Netpbm', Buffer.from('P6\n# made by hand\n2 2\n255\n'), 'image'],
  ['JPEG 2000', Buffer.from('0000000c6a5020200d0a870a', 'hex'), 'image'],
  ['a codestream of JPEG 2000', Buffer.from('ff4fff510029', 'hex'), 'image'],
  ['HEIC, which is not read', Buffer.from('\0\0\0\x18ftypheic'), 'image'],
  ['AVIF by its second brand', Buffer.from('\0\0\0\x18ftypmif1\0\0\0\0miafavif'), 'image'],
  ['SVG, which is not read', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image'],
  ['WAV', Buffer.from('RIFF\0\0\0\0WAVEfmt '), 'audio'],
  ['FLAC', Buffer.from('fLaC\0\0\0\x22'), 'audio'],
  ['MP3 with a tag', Buffer.from('ID3\x04\0\0\0\0\0\x01'), 'audio'],
  ['MP3', Buffer.from('fffb9064', 'hex'), 'audio'],
  ['M4A', Buffer.from('\0\0\0\x1cftypM4A '), 'audio'],
  ['MP4', Buffer.from('\0\0\0\x1cftypisom'), 'video'],
  ['AVI', Buffer.from('RIFF\0\0\0\0AVI LIST'), 'video'],
  ['WebM', Buffer.from('1a45dfa3', 'hex'), 'video'],
  ['npy', npyFile([1], Float32Array.of(1)), 'tensor'],
  ['text', Buffer.from('plain'), null],
  ['text that begins as a BMP', Buffer.from('BM stands for the British Museum'), null],
  ['text that begins as Netpbm', Buffer.from('P5 was the fifth patient'), null],
  ['nothing', Buffer.alloc(0), null],
] as const)('%s', (_, bytes, content) => {
  expect(contentOfBytes(bytes)).toBe(content);
});
