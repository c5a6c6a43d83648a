import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Frame } from '../../../server/engine/runtime/frames.ts';
import { FrameReader, writeFrame } from '../../../server/engine/runtime/frames.ts';

const frames = fc.array(
  fc.record({
    message: fc.record({ text: fc.string() }),
    parts: fc.array(fc.uint8Array({ maxLength: 300 })),
  }),
);

it('gives what was written, however the pipe cuts it', () => {
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 50 }), (written, pieceLength) => {
      const stream = new PassThrough();
      for (const { message, parts } of written) writeFrame(stream, message, parts);
      const bytes = (stream.read() as Buffer | null) ?? Buffer.alloc(0);

      const read: Frame<unknown>[] = [];
      const reader = new FrameReader<unknown>((frame) => read.push(frame));
      for (let at = 0; at < bytes.length; at += pieceLength) {
        reader.push(bytes.subarray(at, at + pieceLength));
      }
      expect(read).toEqual(
        written.map(({ message, parts }) => ({ message, parts: parts.map((part) => Uint8Array.from(part)) })),
      );
    }),
  );
});

it('gives parts that start at the beginning of their memory, as arrays of wider numbers need it', () => {
  const stream = new PassThrough();
  writeFrame(stream, { kind: 'x' }, [Uint8Array.of(1), Uint8Array.of(2, 3)]);
  const offsets: number[] = [];
  new FrameReader<unknown>(({ parts }) => {
    offsets.push(...parts.map(({ byteOffset, buffer }) => byteOffset + buffer.byteLength));
  }).push(stream.read() as Buffer);
  expect(offsets).toEqual([1, 2]);
});
