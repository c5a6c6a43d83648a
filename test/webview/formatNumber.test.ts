import { expect, test } from 'vitest';
import { formatNumber, formatPercent } from '../../webview/formatNumber.ts';

test.each([
  [0.8513519, '0.8514'],
  [-0.1691, '−0.1691'],
  [58, '58'],
  [124_750, '124\u202f750'],
  [0.99928, '0.99928'],
  [0.9999971, '0.9999971'],
  [0.999, '0.9990'],
  [3.2e-9, '3.20 × 10⁻⁹'],
  [1234567.5, '1.23 × 10⁶'],
  [NaN, '—'],
])('%f reads %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test('shares read as percent', () => {
  expect(formatPercent(0.686)).toBe('68.6\u00a0%');
  expect(formatPercent(0.9, 0)).toBe('90\u00a0%');
});
