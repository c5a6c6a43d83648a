// Packages that come without types: the parts that are used.

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  interface J2KDecoder {
    /** Reserves memory for the codestream, to be written into. */
    getEncodedBuffer(length: number): Uint8Array;
    /** Throws nothing when it fails: the decoded buffer is empty then. */
    decode(): void;
    /** A view into the decoder's memory, 1 byte a sample up to 8 bits, otherwise 2; components interleaved. */
    getDecodedBuffer(): Uint8Array;
    getFrameInfo(): { bitsPerSample: number };
    delete(): void;
  }
  export default function create(options: {
    print: (line: string) => void;
    printErr: (line: string) => void;
  }): Promise<{ J2KDecoder: new () => J2KDecoder }>;
}

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  interface JpegLSDecoder {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    /** A view into the decoder's memory, 1 byte a sample up to 8 bits, otherwise 2. */
    getDecodedBuffer(): Uint8Array;
    getFrameInfo(): { bitsPerSample: number };
    /** 0: one component after the other; 1 and 2: interleaved. */
    getInterleaveMode(): number;
    delete(): void;
  }
  export default function create(options: {
    print: (line: string) => void;
    printErr: (line: string) => void;
  }): Promise<{ JpegLSDecoder: new () => JpegLSDecoder }>;
}

declare module 'jpeg-lossless-decoder-js' {
  export class Decoder {
    /** `numBytes` a sample; samples of three components are interleaved. */
    decode(
      buffer: ArrayBufferLike,
      offset: number,
      length: number,
      numBytes: 1 | 2,
    ): Uint8Array | Uint16Array;
  }
}
