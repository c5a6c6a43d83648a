import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCsv } from '../../webview/csv.ts';

/** Reads RFC 4180 back, one character at a time. */
function parse(csv: string): string[][] {
  const rows: string[][] = [[]];
  let field = '';
  let quoted = false;
  for (let at = 0; at < csv.length; at += 1) {
    const character = csv.charAt(at);
    if (quoted && character === '"' && csv.charAt(at + 1) === '"') {
      field += '"';
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (!quoted && character === ',') {
      rows[rows.length - 1]?.push(field);
      field = '';
    } else if (!quoted && csv.startsWith('\r\n', at)) {
      rows[rows.length - 1]?.push(field);
      field = '';
      rows.push([]);
      at += 1;
    } else field += character;
  }
  return rows.slice(0, -1);
}

test('units stand in the header, fields that need it in quotes, numbers with every digit', () => {
  const csv = toCsv({
    columns: [
      { name: 'caption', unit: '' },
      { name: 'loss', unit: 'nats' },
    ],
    rows: [['a "dog", asleep\non a mat', 0.1 + 0.2]],
  });
  expect(csv).toBe('caption,loss [nats]\r\n"a ""dog"", asleep\non a mat",0.30000000000000004\r\n');
});

test('any texts come back as they went in', () => {
  const column = { name: 'c', unit: '' };
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', 'a') }));
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 8 }), (rows) => {
      expect(parse(toCsv({ columns: [column, column], rows })).slice(1)).toEqual(rows);
    }),
  );
});
