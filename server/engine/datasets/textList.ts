/**
 * The texts in a list as JSON, Python and NumPy write it: `["a", "b"]`, `['a', "it's"]`, `['a' 'b'\n 'c']`,
 * `array(['a', 'b'], dtype=object)`. Nothing is evaluated.
 *
 * @returns Null when the text is no such list.
 */
export function textsInList(text: string): string[] | null {
  const opening = /^\s*(?:array\s*\(\s*)?([[(])\s*/.exec(text);
  if (opening === null) return null;
  const close = opening[1] === '[' ? ']' : ')';
  const texts: string[] = [];
  const space = /[\s,]*/y;
  const quoted = /"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|(?:None|null|nan)\b/y;
  for (let at = opening[0].length; ;) {
    space.lastIndex = at;
    at += space.exec(text)![0].length;
    if (text[at] === close) {
      return /^\s*(?:,\s*dtype\s*=[^)]*)?\)?\s*$/.test(text.slice(at + 1)) ? texts : null;
    }
    quoted.lastIndex = at;
    const found = quoted.exec(text);
    if (found === null) return null;
    at += found[0].length;
    const value = found[1] ?? found[2];
    if (value !== undefined) texts.push(unescaped(value));
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '\n': '' };

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g,
    (whole, short: string | undefined, unit: string | undefined, long: string | undefined, other: string) => {
      const code = short ?? unit;
      if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
      if (long !== undefined) {
        const point = parseInt(long, 16);
        return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
      }
      return escapes[other] ?? other;
    },
  );
}
