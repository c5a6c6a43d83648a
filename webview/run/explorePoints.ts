import type { Chart } from 'chart.js';
import type { RowGrouping } from '../../server/protocol/runContent.ts';
import { nearestPoint, rowsInside } from '../charts/pointCloud.ts';
import type { CloudPoint, PointCloud } from '../charts/pointCloud.ts';
import { pixelOf, planeTransform, visibleModalities } from '../charts/pointCloudChart.ts';
import type { CloudFocus } from '../charts/pointCloudChart.ts';
import { previewCard } from './previewCard.ts';
import type { Previews } from './previews.ts';

export interface ExploreOptions {
  readonly previews: Previews;
  /** What the points are coloured by; null for the modality. */
  readonly colorBy: RowGrouping | null;
  /** Told when the selected rows have changed; they are in the focus. */
  readonly selected: () => void;
}

/** Pixels within which a point is pointed at. */
const reach = 12;

/** Milliseconds that a pointer rests before a preview is asked for. */
const restTime = 90;

/**
 * Lets pointer and keys explore the points: hovering shows an item, a click opens it, Shift and drag selects, arrow
 * keys go from point to point. What is found is written into `focus`, which the chart draws.
 *
 * @returns what ends it.
 */
export function explorePoints(
  chart: Chart,
  plot: HTMLElement,
  cloud: PointCloud,
  focus: CloudFocus,
  { previews, colorBy, selected }: ExploreOptions,
): () => void {
  const { canvas } = chart;
  const card = previewCard(plot, previews, cloud, colorBy);
  const ends = new AbortController();
  const { signal } = ends;
  let frame = 0;
  let timer = 0;

  const redraw = (): void => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      chart.draw();
    });
  };
  const show = (point: CloudPoint | null, wait: number): void => {
    const before = focus.point;
    if (point?.index === before?.index && point?.modality === before?.modality) return;
    focus.point = point;
    redraw();
    clearTimeout(timer);
    if (point === null) {
      card.hide();
      return;
    }
    const place = pixelOf(cloud, point, planeTransform(chart));
    card.begin(point, chart, place);
    timer = window.setTimeout(() => {
      void card.fill(point, chart, place);
    }, wait);
  };
  const select = (rows: readonly number[]): void => {
    focus.selected = rows;
    redraw();
    selected();
  };
  const at = (x: number, y: number): CloudPoint | null => {
    const { left, right, top, bottom } = chart.chartArea;
    if (x < left || x > right || y < top || y > bottom) return null;
    return nearestPoint(cloud, visibleModalities(chart), planeTransform(chart), x, y, reach);
  };
  const open = ({ index, modality }: CloudPoint): void => {
    previews.open(cloud.rows[index]!, cloud.modalities[modality]!.name);
  };
  /** The nearest point in the direction of an arrow, within 45° of it. */
  const step = (dx: number, dy: number): void => {
    const transform = planeTransform(chart);
    const { left, right, top, bottom } = chart.chartArea;
    const from =
      focus.point === null
        ? [(left + right) / 2, (top + bottom) / 2]
        : pixelOf(cloud, focus.point, transform);
    const accept = (x: number, y: number): boolean => {
      if (focus.point === null) return true;
      const along = x * dx + y * dy;
      return along > 0.5 && along >= Math.abs(x * dy - y * dx);
    };
    const visible = visibleModalities(chart);
    const next = nearestPoint(cloud, visible, transform, from[0]!, from[1]!, Infinity, accept);
    if (next !== null) show(next, 0);
  };
  const lasso = (start: PointerEvent): void => {
    canvas.setPointerCapture(start.pointerId);
    const moves = new AbortController();
    const corners = [start.offsetX, start.offsetY];
    show(null, 0);
    canvas.addEventListener(
      'pointermove',
      ({ offsetX, offsetY }) => {
        if (Math.hypot(offsetX - corners.at(-2)!, offsetY - corners.at(-1)!) < 3) return;
        corners.push(offsetX, offsetY);
        focus.lasso = corners;
        redraw();
      },
      { signal: moves.signal },
    );
    const finish = (): void => {
      moves.abort();
      focus.lasso = [];
      if (corners.length >= 6) {
        select(rowsInside(cloud, visibleModalities(chart), planeTransform(chart), corners));
      }
      redraw();
    };
    canvas.addEventListener('pointerup', finish, { signal: moves.signal });
    canvas.addEventListener('pointercancel', finish, { signal: moves.signal });
  };

  canvas.addEventListener(
    'pointermove',
    ({ offsetX, offsetY, buttons }) => {
      if (buttons === 0) show(at(offsetX, offsetY), restTime);
    },
    { signal },
  );
  canvas.addEventListener(
    'pointerleave',
    () => {
      show(null, 0);
    },
    { signal },
  );
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button === 0 && event.shiftKey) lasso(event);
    },
    { signal },
  );
  canvas.addEventListener(
    'click',
    ({ offsetX, offsetY, shiftKey }) => {
      const point = shiftKey ? null : at(offsetX, offsetY);
      if (point !== null) open(point);
    },
    { signal },
  );
  canvas.addEventListener(
    'keydown',
    (event) => {
      const arrow = arrows[event.key];
      const { point } = focus;
      if (arrow !== undefined) step(...arrow);
      else if (event.key === 'Escape') {
        show(null, 0);
        select([]);
      } else if (event.key === 'Enter' && point !== null) open(point);
      else if (event.key === ' ' && point !== null) {
        const isSelected = focus.selected.includes(point.index);
        select(
          isSelected
            ? focus.selected.filter((index) => index !== point.index)
            : [...focus.selected, point.index].sort((a, b) => a - b),
        );
      } else return;
      event.preventDefault();
    },
    { signal },
  );
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'application');
  canvas.setAttribute('aria-roledescription', 'scatter plot');
  return () => {
    ends.abort();
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    card.remove();
    focus.point = null;
    focus.lasso = [];
  };
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
