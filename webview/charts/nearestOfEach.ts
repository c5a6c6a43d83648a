import { Interaction } from 'chart.js';
import type { InteractionItem, InteractionModeFunction } from 'chart.js';

declare module 'chart.js' {
  interface InteractionModeMap {
    nearestOfEach: InteractionModeFunction;
  }
}

/**
 * An interaction mode: of every visible dataset the point nearest in x, where the pointer is within the dataset's
 * range. For lines whose points do not share their places on the x axis.
 */
export function registerNearestOfEach(): void {
  Interaction.modes.nearestOfEach = (chart, { x: pointer }) => {
    if (pointer === null) return [];
    const items: InteractionItem[] = [];
    for (const { index: datasetIndex, data } of chart.getSortedVisibleDatasetMetas()) {
      const [first, last] = [data[0], data[data.length - 1]];
      if (first === undefined || last === undefined || pointer < first.x || pointer > last.x) continue;
      const distances = data.map(({ x }) => Math.abs(x - pointer));
      const index = distances.indexOf(Math.min(...distances));
      items.push({ element: data[index]!, datasetIndex, index });
    }
    return items;
  };
}
