import type { J2KDecoder } from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import type { JpegLSDecoder } from '@cornerstonejs/codec-charls/decodewasmjs';
import { broken } from './dicomProblem.ts';

type FrameDecoder = J2KDecoder | JpegLSDecoder;

/** What a codec makes of a frame: little endian samples. */
export interface DecodedFrame {
  readonly bytes: Uint8Array;
  readonly bytesPerSample: 1 | 2;
}

/** Options of a codec's module: where it prints. */
export interface ModuleOutput {
  print(line: string): void;
  printErr(line: string): void;
}

/**
 * A codec compiled to WebAssembly. Its module is loaded when the first frame needs it, and again after a failure,
 * which may have left its memory in any state.
 */
export class WasmFrameCodec<Decoder extends FrameDecoder> {
  readonly #load: (output: ModuleOutput) => Promise<new () => Decoder>;
  #loaded: Promise<new () => Decoder> | undefined;
  #complaint = '';

  constructor(load: (output: ModuleOutput) => Promise<new () => Decoder>) {
    this.#load = load;
  }

  /**
   * Decodes a frame whose header has been checked.
   *
   * @param facts Reads more from the decoder before it is freed.
   * @throws DicomProblem `dicom-undecodable` when the frame is broken.
   */
  async decode<T>(bytes: Uint8Array, facts: (decoder: Decoder) => T): Promise<DecodedFrame & { facts: T }> {
    this.#loaded ??= this.#load({
      print: () => undefined,
      printErr: (line) => {
        this.#complaint = line;
      },
    });
    const FrameDecoder = await this.#loaded;
    this.#complaint = '';
    try {
      const decoder = new FrameDecoder();
      decoder.getEncodedBuffer(bytes.length).set(bytes);
      decoder.decode();
      const decoded = decoder.getDecodedBuffer().slice();
      if (decoded.length === 0) throw new Error('nothing was decoded');
      const bytesPerSample = decoder.getFrameInfo().bitsPerSample <= 8 ? 1 : 2;
      const result = { bytes: decoded, bytesPerSample, facts: facts(decoder) } as const;
      decoder.delete();
      return result;
    } catch {
      // What the modules throw are addresses in their memory.
      this.#loaded = undefined;
      throw broken(`its compressed pixels are broken${this.#complaint === '' ? '' : `: ${this.#complaint}`}`);
    }
  }
}
