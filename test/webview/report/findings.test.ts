import { expect, test } from 'vitest';
import type { Report } from '../../../server/protocol/report.ts';
import { findings } from '../../../webview/report/findings.ts';
import { exampleReport } from './exampleReport.ts';

function withValue(report: Report, metric: string, value: number): Report {
  return {
    ...report,
    results: report.results.map((one) => (one.metric === metric ? { ...one, value } : one)),
  };
}

test('the distance is set against the spread within the modalities', () => {
  const report = exampleReport();
  expect(findings(report).sentences[0]).toContain('0.812 apart: more than the spread');
  expect(findings(withValue(report, 'normalized-gap', 0.7)).sentences[0]).toContain(
    'comparable to the spread',
  );
  expect(findings(withValue(report, 'normalized-gap', 0.1)).sentences[0]).toContain(
    'small beside the spread',
  );
});

test('partners are called nearer or farther than strangers only when they are so for both modalities', () => {
  const report = exampleReport();
  expect(findings(report).sentences[1]).toContain('closer to another of its own modality');
  expect(findings(withValue(report, 'matched-cosine', 0.9)).sentences[1]).toContain('closer to its partner');
  const between = findings(withValue(report, 'matched-cosine', 0.53)).sentences[1];
  expect(between).toContain('0.530');
  expect(between).not.toContain('closer');
});

test('the chance level is spread · √(2 / rows)', () => {
  const chance = (0.8124038 / 1.2) * Math.sqrt(2 / 30);
  expect(findings(exampleReport()).caveats[0]).toContain(`about ${chance.toFixed(3)} apart by chance`);
});

test('nothing is said of what was not measured', () => {
  expect(findings({ ...exampleReport(), results: [] }).sentences).toEqual([]);
});

test('one modality has its cone in words, set against evenly spread directions', () => {
  const report = exampleReport();
  const one = { ...report, modalities: report.modalities.slice(0, 1) };
  expect(findings(one).sentences).toEqual([
    expect.stringMatching(/image embeddings have a mean cosine of 0\.500; .* in 4 dimensions .* 0\.500\.$/),
  ]);
});
