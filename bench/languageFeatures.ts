// How long each language feature takes on a file of 1,000 lines: `npm run bench -- bench/languageFeatures.ts`. Ends with 1
// where one takes longer than somebody who types would wait.
import { TextDocument } from 'vscode-languageserver-textdocument';
import { noFacts } from '../server/language/facts.ts';
import { LanguageService } from '../server/language/languageService.ts';
import { everyFeature } from '../test/language/everyFeature.ts';

/** Milliseconds. */
const most = 200;
const rounds = 20;

const entry = (index: number) => `  - kind: modality-gap\n    name: e${index}\n    metrics: [gap-distance]\n`;
const entries = Array.from({ length: 333 }, (_, index) => entry(index)).join('');
const text = `name: a\ndata: { kind: scenes }\nexperiments:\n${entries}`;
const service = new LanguageService(noFacts, { docsUri: null });

let slowest = 0;
for (const [name, ask] of Object.entries(everyFeature)) {
  const times = Array.from({ length: rounds }, (_, round) => {
    // A document of its own each time: nothing is kept from the time before.
    const document = TextDocument.create(`file:///a${round}.gap.yaml`, 'gap-yaml', 1, text);
    const started = performance.now();
    ask(service, document, Math.floor((text.length * round) / rounds));
    return performance.now() - started;
  }).sort((a, b) => a - b);
  const [fastest = 0, median = 0, longest = 0] = [times[0], times[rounds >> 1], times.at(-1)];
  console.log(
    `${name.padEnd(20)} fastest ${fastest.toFixed(1)} ms, median ${median.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`,
  );
  slowest = Math.max(slowest, fastest);
}
if (slowest > most) {
  console.error(`The slowest feature takes ${slowest.toFixed(0)} ms, more than ${most} ms`);
  process.exitCode = 1;
}
