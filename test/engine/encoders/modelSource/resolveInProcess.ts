import { resolveModel } from '../../../../server/engine/encoders/modelSource/resolveModel.ts';

// A program that resolves a model: `[reference, cacheFolder, hubUrl, ...wanted]`, and writes what was found as JSON.
const [reference, cacheFolder, hubUrl, ...wanted] = process.argv.slice(2);
const found = await resolveModel(reference!, {
  baseFolder: cacheFolder!,
  cacheFolder: cacheFolder!,
  hubUrl: hubUrl!,
  wanted: () => wanted,
  signal: new AbortController().signal,
  surroundings: { env: {}, home: cacheFolder! },
});
process.stdout.write(JSON.stringify(found));
