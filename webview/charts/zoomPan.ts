import type { Chart } from 'chart.js';

/** By scale: the part of it that is shown. */
export type AxisRanges = Readonly<Record<string, { readonly min: number; readonly max: number }>>;

export interface ZoomPan {
  /** Zooms about the middle; above 1 closer. */
  zoom(factor: number): void;
  /** Null where all is shown. */
  state(): ZoomState | null;
  detach(): void;
}

/** What is shown of a chart, and what would be all of it. */
export interface ZoomState {
  readonly whole: AxisRanges;
  readonly shown: AxisRanges;
}

/** Of the whole axis, at least this share is shown: floating-point ticks end about there. */
const closest = 1e-4;

/** Pixels that a pointer may move before a press is taken for a drag. */
const dragThreshold = 3;

/**
 * Zooms with the wheel and Ctrl or ⌘ held (the wheel alone scrolls the page), pans by dragging; never beyond what was
 * shown at first. A scatter moves on both axes, other charts on x.
 *
 * @param before What was shown of an earlier drawing: shown again where the whole is still the same.
 */
export function attachZoomPan(
  chart: Chart,
  before: ZoomState | null,
  changed: (isZoomed: boolean) => void,
): ZoomPan {
  const { canvas } = chart;
  const isPlane = (chart.config as { type?: string }).type === 'scatter';
  const axes = isPlane ? ['x', 'y'] : ['x'];
  let home: { readonly size: string; readonly ranges: AxisRanges } | null = null;

  /** The ranges of the whole; a plane's follow the size of the chart. */
  const whole = (): AxisRanges => {
    const size = isPlane ? `${chart.width}×${chart.height}` : '';
    if (home?.size !== size) home = { size, ranges: shownRanges(chart, axes) };
    return home.ranges;
  };
  const show = (ranges: AxisRanges): void => {
    for (const axis of axes) Object.assign(chart.options.scales![axis]!, ranges[axis]);
    chart.update('none');
    changed(state() !== null);
  };
  const state = (): ZoomState | null => {
    if (home === null) return null;
    const [all, shown] = [whole(), shownRanges(chart, axes)];
    const isWhole = axes.every((axis) => span(shown[axis]!) > 0.999 * span(all[axis]!));
    return isWhole ? null : { whole: all, shown };
  };
  const zoomAt = (factor: number, point: { x: number; y: number }): void => {
    const all = whole();
    show(
      Object.fromEntries(
        axes.map((axis) => {
          const scale = chart.scales[axis]!;
          const fixed = scale.getValueForPixel(axis === 'x' ? point.x : point.y) ?? scale.min;
          const size = Math.min(
            span(all[axis]!),
            Math.max(closest * span(all[axis]!), (scale.max - scale.min) / factor),
          );
          const share = (fixed - scale.min) / (scale.max - scale.min);
          return [axis, within(all[axis]!, fixed - share * size, size)];
        }),
      ),
    );
  };

  const onWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomAt(Math.exp(-event.deltaY / 300), { x: event.offsetX, y: event.offsetY });
  };
  const onDown = (event: PointerEvent): void => {
    // Shift is for selecting.
    if (event.button !== 0 || event.shiftKey) return;
    const all = whole();
    const start = shownRanges(chart, axes);
    const { left, right, top, bottom } = chart.chartArea;
    let isDrag = false;
    const onMove = (moved: PointerEvent): void => {
      const [dx, dy] = [moved.clientX - event.clientX, moved.clientY - event.clientY];
      if (!isDrag && Math.hypot(dx, dy) <= dragThreshold) return;
      if (!isDrag) canvas.setPointerCapture(event.pointerId);
      isDrag = true;
      show(
        Object.fromEntries(
          axes.map((axis) => {
            const { min, max } = start[axis]!;
            const share = axis === 'x' ? -dx / (right - left) : dy / (bottom - top);
            return [axis, within(all[axis]!, min + share * (max - min), max - min)];
          }),
        ),
      );
    };
    const onEnd = (): void => {
      canvas.removeEventListener('pointermove', onMove);
      canvas.removeEventListener('pointerup', onEnd);
      canvas.removeEventListener('pointercancel', onEnd);
      // The click that ends a drag opens nothing.
      if (!isDrag) return;
      const swallow = (click: Event): void => {
        click.stopImmediatePropagation();
      };
      canvas.addEventListener('click', swallow, { capture: true, once: true });
      setTimeout(() => {
        canvas.removeEventListener('click', swallow, { capture: true });
      });
    };
    canvas.addEventListener('pointermove', onMove);
    canvas.addEventListener('pointerup', onEnd);
    canvas.addEventListener('pointercancel', onEnd);
  };
  if (before !== null && axes.every((axis) => isSame(whole()[axis]!, before.whole[axis]))) show(before.shown);
  canvas.addEventListener('wheel', onWheel, { passive: false });
  canvas.addEventListener('pointerdown', onDown);
  return {
    zoom(factor) {
      const { left, right, top, bottom } = chart.chartArea;
      zoomAt(factor, { x: (left + right) / 2, y: (top + bottom) / 2 });
    },
    state,
    detach() {
      canvas.removeEventListener('wheel', onWheel);
      canvas.removeEventListener('pointerdown', onDown);
    },
  };
}

function shownRanges(chart: Chart, axes: readonly string[]): AxisRanges {
  return Object.fromEntries(
    axes.map((axis) => {
      const { min, max } = chart.scales[axis]!;
      return [axis, { min, max }];
    }),
  );
}

function isSame(one: AxisRanges[string], other: AxisRanges[string] | undefined): boolean {
  if (other === undefined) return false;
  return Math.abs(one.min - other.min) + Math.abs(one.max - other.max) < 1e-9 * span(one);
}

function span({ min, max }: AxisRanges[string]): number {
  return max - min;
}

/** A part of the whole, of this size, that begins as near to `min` as the whole allows. */
function within(whole: AxisRanges[string], min: number, size: number): AxisRanges[string] {
  const start = Math.max(whole.min, Math.min(min, whole.max - size));
  return { min: start, max: start + size };
}
