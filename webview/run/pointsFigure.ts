import type { PointsFile } from '../../server/protocol/runContent.ts';
import type { FigureDefinition } from '../charts/figure.ts';
import type { PointCloud } from '../charts/pointCloud.ts';
import { mostPairLines, pointCloudChart, pointCloudTable } from '../charts/pointCloudChart.ts';
import type { CloudFocus } from '../charts/pointCloudChart.ts';
import { formatNumber, formatPercent } from '../formatNumber.ts';
import { pairName } from '../report/reportLookup.ts';
import { explorePoints } from './explorePoints.ts';
import type { ExploreOptions } from './explorePoints.ts';

/** Title of the scatter. */
export function pointsTitle(modalities: number): string {
  return modalities === 1 ? 'Every row in the plane' : 'Every row in the plane, all modalities together';
}

/** The scatter of all rows, which answers to pointer and keys. */
export function pointsFigure(
  file: PointsFile,
  cloud: PointCloud,
  focus: CloudFocus,
  options: Omit<ExploreOptions, 'colorBy'>,
): FigureDefinition {
  const names = file.modalities;
  const pairs = names.flatMap((_, first) =>
    names.slice(first + 1).map((__, offset) => [first, first + 1 + offset] as const),
  );
  const axisNames: readonly [string, string] =
    file.method === 'pca' ? ['principal component 1', 'principal component 2'] : ['UMAP 1', 'UMAP 2'];
  const axisTitle = (axis: 0 | 1): string => {
    const share = file.explained?.[axis];
    return share === undefined
      ? `${axisNames[axis]} (no unit)`
      : `${axisNames[axis]} (${formatPercent(share)} of the variance)`;
  };
  return {
    id: 'points',
    title: pointsTitle(names.length),
    controls: [
      {
        key: 'color',
        label: 'Colour by',
        options: [
          { value: 'modality', label: 'modality' },
          ...cloud.groupings.map(({ name }, index) => ({ value: String(index), label: name })),
        ],
      },
      {
        key: 'lines',
        label: 'Pair lines',
        options:
          pairs.length === 0
            ? []
            : [
                ...pairs.map((pair, index) => ({
                  value: String(index),
                  label: pairName(pair.map((place) => names[place]!)),
                })),
                { value: 'none', label: 'none' },
              ],
      },
    ],
    content({ color, lines = 'none' }, theme) {
      const joined = pairs[Number(lines)] ?? null;
      const colorBy = cloud.groupings[Number(color)] ?? null;
      return {
        chart: pointCloudChart(
          cloud,
          {
            colorBy,
            lines: joined,
            axisTitles: [axisTitle(0), axisTitle(1)],
          },
          focus,
          theme,
        ),
        description:
          `Scatter of ${formatNumber(file.rows)} rows of ${names.join(', ')}. Arrow keys go from point to point, ` +
          'Enter opens the item, Space selects its row, Escape clears.',
        caption: [
          (file.method === 'pca'
            ? 'Both axes have the same scale; distances in the plot are lower bounds of the true ones. '
            : 'UMAP keeps neighbours together; distances between groups, and so the gap, cannot be read from it. ') +
            linesText(joined !== null, cloud.rows.length),
          'Shift and drag draws a lasso; drag moves, Ctrl or ⌘ and the wheel zooms, a click opens the item.',
          ...(file.rows < file.totalRows
            ? [
                `Sampled: ${formatNumber(file.rows)} of ${formatNumber(file.totalRows)} rows, drawn with the run's seed.`,
              ]
            : []),
        ],
        table: () => pointCloudTable(cloud, axisNames),
        interact: (chart, plot) => explorePoints(chart, plot, cloud, focus, { ...options, colorBy }),
      };
    },
  };
}

function linesText(areShown: boolean, rows: number): string {
  if (!areShown) return '';
  return rows > mostPairLines
    ? `Lines join the partners of ${formatNumber(mostPairLines)} rows spread evenly over the data, or of those that are selected.`
    : 'A line joins the two embeddings of a row.';
}
