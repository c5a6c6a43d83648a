/**
 * A `precompiled_charsmap` of SentencePiece: the size of a trie in bytes, the trie as a double array (darts-clone), and
 * the texts that stand for its keys, each ended by a zero.
 *
 * @param {ReadonlyMap<string, string>} replacements
 * @returns {string} in base 64
 */
export function charsMap(replacements) {
  const texts = [];
  const places = new Map();
  let length = 0;
  const placeOf = (text) => {
    if (!places.has(text)) {
      places.set(text, length);
      const bytes = Buffer.from(`${text}\0`, 'utf8');
      texts.push(bytes);
      length += bytes.length;
    }
    return places.get(text);
  };
  const root = { children: new Map(), value: null };
  for (const [key, text] of replacements) {
    let node = root;
    for (const byte of Buffer.from(key, 'utf8')) {
      if (!node.children.has(byte)) node.children.set(byte, { children: new Map(), value: null });
      node = node.children.get(byte);
    }
    node.value = placeOf(text);
  }
  const units = [0];
  const isUsed = new Set([0]);
  let first = 1;
  const place = (node, at) => {
    const labels = [...(node.value === null ? [] : [0]), ...node.children.keys()];
    while (isUsed.has(first)) first++;
    let base = first;
    while (labels.some((label) => isUsed.has(base ^ label))) base++;
    for (const label of labels) isUsed.add(base ^ label);
    const offset = at ^ base;
    if (offset >= 2 ** 21) throw new Error('the trie is too large');
    units[at] = ((units[at] ?? 0) | (offset << 10) | (node.value === null ? 0 : 1 << 8)) >>> 0;
    if (node.value !== null) units[base] = (node.value | 0x80000000) >>> 0;
    for (const [byte, child] of node.children) {
      units[base ^ byte] = byte;
      place(child, base ^ byte);
    }
  };
  place(root, 0);
  // Whole blocks, so that no byte leads beyond the end.
  const size = Math.ceil(units.length / 256) * 256;
  const bytes = Buffer.alloc(4 + size * 4);
  bytes.writeUInt32LE(size * 4, 0);
  for (let at = 0; at < size; at++) bytes.writeUInt32LE(units[at] ?? 0, 4 + at * 4);
  return Buffer.concat([bytes, ...texts]).toString('base64');
}

/**
 * The kind of replacements that SentencePiece's `nmt_nfkc` has: compatibility forms, letters with their marks, spaces of
 * all kinds, and controls, which vanish.
 */
export function nfkcReplacements(from, to) {
  const replacements = new Map();
  for (let code = from; code < to; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const character = String.fromCodePoint(code);
    const form =
      /[\p{Cc}]/u.test(character) && !/\s/u.test(character)
        ? ''
        : character.normalize('NFKC').replace(/[\p{Z}\s]/gu, ' ');
    if (form !== character && code !== 0) replacements.set(character, form);
  }
  for (const letter of 'aeiouAEIOUnNcC') {
    for (const mark of '\u0300\u0301\u0302\u0303\u0308\u0327') {
      const pair = letter + mark;
      if (pair.normalize('NFKC') !== pair) replacements.set(pair, pair.normalize('NFKC'));
    }
  }
  return replacements;
}
