/** Colours and fonts of the charts, as the page's style sheet declares them (custom properties `--mg-…`). */
export interface Theme {
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly surface: string;
  /** One colour a modality or label, in order; told apart with the common colour-vision deficiencies. */
  readonly series: readonly string[];
  readonly matched: string;
  readonly mismatched: string;
  /** Ends and middle of a ramp for ordered values. */
  readonly ramp: readonly [string, string, string];
  readonly fontFamily: string;
}

const seriesLength = 8;

/**
 * Reads the theme that holds now. A custom property may be any CSS colour, another variable (an editor's theme) or a
 * system colour of a high-contrast mode: a probe element resolves it to the `rgb(…)` that a canvas understands.
 */
export function readTheme(root: HTMLElement): Theme {
  const probe = document.createElement('span');
  probe.style.setProperty('forced-color-adjust', 'none');
  probe.style.setProperty('display', 'none');
  root.append(probe);
  const resolve = (name: string): string => {
    probe.style.setProperty('color', `var(--mg-${name})`);
    return getComputedStyle(probe).color;
  };
  const theme: Theme = {
    text: resolve('text'),
    muted: resolve('muted'),
    grid: resolve('grid'),
    surface: resolve('surface'),
    series: Array.from({ length: seriesLength }, (_, index) => resolve(`series-${index + 1}`)),
    matched: resolve('matched'),
    mismatched: resolve('mismatched'),
    ramp: [resolve('ramp-1'), resolve('ramp-2'), resolve('ramp-3')],
    fontFamily: getComputedStyle(root).getPropertyValue('--mg-font').trim(),
  };
  probe.remove();
  return theme;
}

const changes = [
  '(prefers-color-scheme: dark)',
  '(forced-colors: active)',
  '(prefers-contrast: more)',
  'print',
];

/**
 * Calls the listener whenever the colours may have changed: dark or light, contrast, printing; in an editor also its
 * theme, which it names in classes of the body and writes into the root's style.
 */
export function watchTheme(listener: () => void): void {
  for (const query of changes) matchMedia(query).addEventListener('change', listener);
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['style'] });
  observer.observe(document.body, { attributeFilter: ['class'] });
}
