import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inlineJson, renderHtmlReport } from '../../../server/engine/report/htmlReport.ts';
import { exampleDescriptions, exampleReport, hostile } from '../../webview/report/exampleReport.ts';

const assets = { script: 'console.log("äöü")', style: 'body{margin:0}' };

test('JSON in a script element has no `<` and reads back the same', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.constantFrom('</script>', '<!--', '<script', '\u2028', ...Object.values(hostile)),
  );
  fc.assert(
    fc.property(fc.dictionary(texts, fc.array(texts)), (value) => {
      const json = inlineJson(value);
      expect(json).not.toContain('<');
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('no text of a report or description ends its element or opens a comment', () => {
  const html = renderHtmlReport(exampleReport(), exampleDescriptions, assets);
  expect(html.match(/<script/g)).toHaveLength(3);
  expect(html.match(/<\/script/g)).toHaveLength(3);
  expect(html).not.toContain('<!--');
  expect(html).not.toContain('<img');
});

test('the policy allows this script and this style by hash, and nothing else', () => {
  const html = renderHtmlReport(exampleReport(), exampleDescriptions, assets);
  const hash = (text: string) => createHash('sha256').update(text).digest('base64');
  expect(html).toContain(
    `default-src 'none'; script-src 'sha256-${hash(assets.script)}'; style-src 'sha256-${hash(assets.style)}'; img-src data: blob:`,
  );
});

test('the same report gives the same bytes', () => {
  const render = () => renderHtmlReport(exampleReport(), exampleDescriptions, assets);
  expect(render()).toBe(render());
});

test.each([
  { script: 'x="</script>"', style: '' },
  { script: '<!-- x', style: '' },
  { script: '', style: '</style>' },
])('an asset that would end its own element is refused: %j', (broken) => {
  expect(() => renderHtmlReport(exampleReport(), {}, broken)).toThrow('cannot be inlined');
});
