import { describe, expect, it } from 'vitest';
import { panelPage } from '../../client/panels/panelPage.ts';

const page = panelPage({
  cspSource: 'https://own.example',
  script: 'https://own.example/dist/run.js',
  style: 'https://own.example/dist/run.css',
  nonce: 'abc123',
});

describe('panelPage', () => {
  it('lets in its own script and style, and pictures as data', () => {
    expect(/content="(default-src[^"]+)"/.exec(page)?.[1]).toBe(
      "default-src 'none'; script-src 'nonce-abc123'; style-src https://own.example; img-src data:",
    );
    expect(page).not.toContain('unsafe');
  });

  it('has one script, with the nonce, no inline style, and a place for the page', () => {
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('<script nonce="abc123" src="https://own.example/dist/run.js"></script>');
    expect(page).not.toMatch(/<style| style=| on\w+=/);
    expect(page).toContain('<main id="root"></main>');
  });
});
