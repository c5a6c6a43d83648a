import type { Report } from '../../server/protocol/report.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';

/** What is needed to run it again: seed, hashes, versions, device, configuration; and how long each stage took. */
export function provenanceSection({ provenance, modalities, experiments }: Report): HTMLElement {
  const { config, configHash, seed, randomAlgorithm, device, versions, platform, timings } = provenance;
  const facts: [string, string][] = [
    ['Seed', `${seed} (${randomAlgorithm})`],
    ['Device', device],
    ['Platform', platform],
    [
      'Versions',
      Object.entries(versions)
        .map((entry) => entry.join(' '))
        .join(', '),
    ],
    ['Configuration, SHA-256', configHash],
    ...modalities.flatMap(({ name, data, model }): [string, string][] => [
      [`Embeddings of ${name}, SHA-256`, data],
      ...(model === null ? [] : [[`Encoder of ${name}, SHA-256`, model] as [string, string]]),
    ]),
    [
      'Time by stage',
      Object.entries(timings)
        .map(([stage, time]) => `${stage} ${seconds(time)}`)
        .join(', '),
    ],
    [
      'Time by experiment',
      experiments.map(({ name, seconds: time }) => `${name} ${seconds(time)}`).join(', '),
    ],
  ];
  return element(
    'section',
    { class: 'provenance', id: 'provenance', 'aria-labelledby': 'provenance-title' },
    element('h2', { id: 'provenance-title' }, 'Provenance'),
    element(
      'dl',
      {},
      ...facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
    ),
    element(
      'details',
      { class: 'numbers' },
      element('summary', {}, 'Show the configuration'),
      element('pre', { tabindex: '0' }, JSON.stringify(config, null, 2)),
    ),
  );
}

function seconds(time: number): string {
  return `${formatNumber(time, 2)} s`;
}
