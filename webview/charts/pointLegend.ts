import type { Chart, LegendItem } from 'chart.js';
import type { Theme } from '../theme.ts';

const shapes = ['circle', 'triangle', 'rect', 'rectRot', 'star', 'cross', 'crossRot', 'dash'] as const;

export type PointShape = (typeof shapes)[number];

/** One shape a modality, in the report's order: told apart without colours. */
export function pointShape(modality: number): PointShape {
  return shapes[modality % shapes.length]!;
}

/** How many rows have each label. */
export function countLabels(labels: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** The largest groups get a colour each, ties by name; the rest share the muted one, so the grey is not given out. */
export function groupColorsOf(counts: ReadonlyMap<string, number>, theme: Theme): Map<string, string> {
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return new Map(
    byCount.slice(0, theme.series.length - 1).map(([group], index) => [group, theme.series[index]!]),
  );
}

/** Legend entries of a scatter: modalities by shape, and by colour or, where `groupColors` says so, groups by colour. */
export function pointLegend(
  modalities: readonly string[],
  groupColors: ReadonlyMap<string, string> | null,
  groupCount: number,
  theme: Theme,
) {
  return (chart: Chart): LegendItem[] => {
    const shown = modalities.map((name, index) => {
      const stroke = groupColors === null ? theme.series[index % theme.series.length]! : theme.text;
      return {
        text: name,
        datasetIndex: index,
        hidden: !chart.isDatasetVisible(index),
        pointStyle: pointShape(index),
        strokeStyle: stroke,
        fillStyle: groupColors === null ? stroke : theme.surface,
        fontColor: theme.text,
      };
    });
    if (groupColors === null) return shown;
    const coloured = [...groupColors].map(
      ([name, color]) => [name === '' ? '(empty)' : name, color] as const,
    );
    const others = groupCount - coloured.length;
    if (others > 0) coloured.push([`${others} more`, theme.muted]);
    return [
      ...shown,
      ...coloured.map(([text, fill]) => ({
        text,
        pointStyle: 'circle' as const,
        strokeStyle: fill,
        fillStyle: fill,
        fontColor: theme.text,
      })),
    ];
  };
}
