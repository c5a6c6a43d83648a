export function thinBinary(bytes: Buffer, cpu: 'x64' | 'arm64'): Buffer;
