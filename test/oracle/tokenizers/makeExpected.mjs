// Writes test/oracle/tokenizers.json: the tokens that the Rust library gives for the texts and files of files.mjs, and for
// files and texts drawn at random (randomFiles.mjs), of those with which it does not end the process.
// npm install --no-save --ignore-scripts tokenizers@0.23.2; node test/oracle/tokenizers/makeExpected.mjs
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Tokenizer } from 'tokenizers';
import { files, texts } from './files.mjs';
import { randomFile, randomTexts } from './randomFiles.mjs';

/** Tokens to the base of 36; what the library refuses is null. Half characters reach it as Node writes them. */
async function encode(tokenizer, text) {
  try {
    return (await tokenizer.encode(text))
      .getIds()
      .map((id) => id.toString(36))
      .join(' ');
  } catch {
    return null;
  }
}

async function expected(file, given) {
  const tokenizer = Tokenizer.fromString(JSON.stringify(file));
  const all = [];
  for (const text of given) all.push(await encode(tokenizer, text));
  return all;
}

if (process.argv[2] === 'random') {
  // On its own, since a panic of the library ends the process.
  const seed = Number(process.argv[3]);
  const file = randomFile(seed);
  const given = randomTexts(seed);
  console.log(JSON.stringify({ seed, expected: await expected(file, given) }));
} else {
  const named = {};
  for (const [name, file] of Object.entries(files)) named[name] = await expected(file, texts);
  const random = [];
  for (let seed = 1; random.length < 80; seed++) {
    const { status, stdout } = spawnSync(
      process.execPath,
      [fileURLToPath(import.meta.url), 'random', String(seed)],
      { encoding: 'utf8' },
    );
    if (status === 0) random.push(JSON.parse(stdout));
  }
  writeFileSync(new URL('../tokenizers.json', import.meta.url), `${JSON.stringify({ named, random })}\n`);
}
