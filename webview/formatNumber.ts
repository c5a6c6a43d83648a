const superscripts: Record<string, string> = {
  '-': '⁻',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
};

/**
 * A number as a paper prints it: a true minus sign, integers whole, and `digits` decimals otherwise. More decimals
 * are given to values just below 1, where 0.99993 and 0.99999 must not both read 1.0000; very small and very large
 * values are given as powers of ten. What is not a finite number reads `—`.
 */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return '—';
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (Number.isInteger(value) && size < 1e9)
    return sign + size.toLocaleString('en-US').replaceAll(',', '\u202f');
  if (size < 10 ** -digits || size >= 1e6) return sign + powerOfTen(size);
  return sign + size.toFixed(Math.max(digits, decimalsBelowOne(size)));
}

/** As `formatNumber`, in percent: `0.686` reads `68.6 %`. */
export function formatPercent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(digits).replace('-', '−')}\u00a0%` : '—';
}

function decimalsBelowOne(size: number): number {
  const missing = 1 - size;
  return missing > 0 && missing < 1e-3 ? Math.min(9, Math.ceil(-Math.log10(missing)) + 1) : 0;
}

function powerOfTen(size: number): string {
  const [mantissa = '', exponent = ''] = size.toExponential(2).split('e');
  const raised = exponent.replace('+', '').replace(/./g, (character) => superscripts[character] ?? '');
  return `${mantissa} × 10${raised}`;
}
