/** The character that stands for each byte in vocabularies of byte-level BPE (GPT-2's `bytes_to_unicode`). */
const characters: readonly string[] = (() => {
  const isPrinted = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPrinted(byte) ? byte : 256 + others++),
  );
})();

/** The bytes of a text in UTF-8, each as the character that stands for it. */
export function byteCharacters(text: string): string {
  let all = '';
  for (const byte of Buffer.from(text, 'utf8')) all += characters[byte]!;
  return all;
}

/** The token of a vocabulary with byte fallback for a byte. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
