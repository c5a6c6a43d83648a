import type { RunContent } from '../../server/protocol/panel.ts';
import { projectionMethods } from '../../server/protocol/runContent.ts';
import type { PointsFile, ProjectionMethod } from '../../server/protocol/runContent.ts';
import { createFigure } from '../charts/figure.ts';
import type { Figure, FigurePage } from '../charts/figure.ts';
import { groupAt } from '../charts/pointCloud.ts';
import type { PointCloud } from '../charts/pointCloud.ts';
import type { CloudFocus } from '../charts/pointCloudChart.ts';
import { toCsv } from '../csv.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';
import type { Theme } from '../theme.ts';
import type { PanelHost } from './connection.ts';
import { itemList } from './itemList.ts';
import { pointsFigure, pointsTitle } from './pointsFigure.ts';
import type { Previews } from './previews.ts';
import { causesOf, failedState, progressState } from './state.ts';
import { unpackPoints } from './unpackPoints.ts';

/** Selected rows that are listed; a CSV file holds them all. */
const mostListed = 500;

/** The scatter of all rows, which are asked for once the rest of the page is there, and the rows selected in it. */
export function pointsSection(
  { uri, report }: RunContent,
  host: PanelHost,
  previews: Previews,
  page: FigurePage,
): Figure {
  let theme: Theme | null = null;
  let figure: Figure | null = null;
  let asking = new AbortController();
  const body = element('div');
  const selection = element('div', { class: 'selection', 'aria-live': 'polite' });
  const method = element('select', { id: 'points-method' });
  for (const value of projectionMethods) method.append(element('option', { value }, value.toUpperCase()));
  const before = projectionMethods.find((value) => value === page.choices?.['method']) ?? 'pca';
  method.value = before;
  const methodControl = element('label', { class: 'method' }, element('span', {}, 'Projection'), method);

  const showSelection = (cloud: PointCloud, focus: CloudFocus): void => {
    selection.replaceChildren(
      ...(focus.selected.length === 0
        ? []
        : selectedRows(cloud, focus, previews, page, () => {
            focus.selected = [];
            showSelection(cloud, focus);
            if (theme !== null) figure?.draw(theme);
          })),
    );
  };
  const title = pointsTitle(report.modalities.length);
  /** In the place of the figure while there is none: its title, the choice of the projection, and why. */
  const showState = (state: HTMLElement): void => {
    body.replaceChildren(
      element('div', { class: 'figure-head' }, element('h2', {}, title)),
      element('div', { class: 'controls' }, methodControl),
      state,
    );
  };
  const load = async (): Promise<void> => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const wanted = method.value as ProjectionMethod;
    figure = null;
    selection.replaceChildren();
    const progress = progressState(`Projecting every row (${wanted.toUpperCase()}) …`);
    showState(progress.element);
    try {
      const answer: { file: PointsFile; bytes: Uint8Array } = await host.request(
        'points',
        { uri, method: wanted },
        signal,
        progress.update,
      );
      const cloud = unpackPoints(answer.file, answer.bytes);
      const focus: CloudFocus = { point: null, selected: [], lasso: [] };
      const options = {
        previews,
        selected: () => {
          showSelection(cloud, focus);
        },
      };
      figure = createFigure(pointsFigure(answer.file, cloud, focus, options), page);
      body.replaceChildren(figure.element);
      figure.element.querySelector('.controls')?.prepend(methodControl);
      if (theme !== null) figure.draw(theme);
    } catch (error) {
      if (signal.aborted) return;
      showState(
        failedState(
          `The rows cannot be shown in the plane (${wanted.toUpperCase()})`,
          causesOf(error),
          wanted === 'pca'
            ? [{ label: 'Try Again', run: tryAgain }]
            : [
                {
                  label: 'Show PCA',
                  run: () => {
                    method.value = 'pca';
                    tryAgain();
                  },
                },
                { label: 'Try Again', run: tryAgain },
              ],
        ),
      );
    }
  };
  const tryAgain = (): void => {
    loaded = load();
  };
  method.addEventListener('change', () => {
    page.chosen?.({ ...page.choices, method: method.value });
    tryAgain();
  });
  let loaded = load();
  return {
    id: 'points',
    title,
    async image() {
      await loaded;
      if (figure === null) throw new Error('The rows could not be shown in the plane.');
      return figure.image();
    },
    element: element(
      'section',
      { class: 'points', 'aria-label': `Every row of ${report.name}` },
      body,
      selection,
    ),
    draw(now) {
      theme = now;
      figure?.draw(now);
    },
  };
}

function selectedRows(
  cloud: PointCloud,
  { selected }: CloudFocus,
  previews: Previews,
  page: FigurePage,
  clear: () => void,
): HTMLElement[] {
  const rows = selected.map((index) => cloud.rows[index]!);
  const names = cloud.modalities.map(({ name }) => name);
  const csv = element(
    'button',
    { type: 'button', 'aria-label': 'Save CSV of the selected rows' },
    'Save CSV',
  );
  csv.addEventListener('click', () => {
    const axes = names.flatMap((name) => [`${name}: x`, `${name}: y`]);
    const table = {
      columns: ['row', ...cloud.groupings.map(({ name }) => name), ...axes].map((name) => ({
        name,
        unit: '',
      })),
      rows: selected.map((index) => [
        cloud.rows[index]!,
        ...cloud.groupings.map((grouping) => groupAt(grouping, index)),
        ...cloud.modalities.flatMap(({ xy }) => [xy[2 * index]!, xy[2 * index + 1]!]),
      ]),
    };
    page.save('selected-rows.csv', new Blob([toCsv(table)], { type: 'text/csv' }));
  });
  const drop = element('button', { type: 'button' }, 'Clear');
  drop.addEventListener('click', clear);
  const all = formatNumber(rows.length);
  const title =
    rows.length > mostListed
      ? `${all} selected rows, the first ${mostListed} listed`
      : `${all} selected ${rows.length === 1 ? 'row' : 'rows'}`;
  return [
    element(
      'div',
      { class: 'list-head' },
      element('strong', { class: 'count' }, title),
      element('div', { class: 'actions' }, drop, csv),
    ),
    itemList(
      rows.slice(0, mostListed).map((row) => ({ row, id: null, value: null })),
      names,
      previews,
      'Selected rows',
    ),
  ];
}
