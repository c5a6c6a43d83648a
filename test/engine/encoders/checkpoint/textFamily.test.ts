import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readTextFacts } from '../../../../server/engine/encoders/checkpoint/textFamily.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';

const folder = useTemporaryFolder();

/** Configurations as published: BGE, E5, multilingual E5 and BGE-M3, all-mpnet-base-v2, CLAP, CLIP. */
it.each([
  [{ model_type: 'bert', max_position_embeddings: 512, pad_token_id: 0 }, 512],
  [{ model_type: 'roberta', max_position_embeddings: 514, pad_token_id: 1 }, 512],
  [{ model_type: 'xlm-roberta', max_position_embeddings: 8194, pad_token_id: 1 }, 8192],
  [{ model_type: 'mpnet', max_position_embeddings: 514, pad_token_id: 1 }, 512],
  [{ model_type: 'xlm-roberta', max_position_embeddings: 514 }, 512],
  [{ model_type: 'clap', text_config: { model_type: 'clap_text_model', max_position_embeddings: 514 } }, 512],
  [{ model_type: 'clap', text_config: { max_position_embeddings: 514 } }, 512],
  [{ model_type: 'clip', text_config: { max_position_embeddings: 77 } }, 77],
  [{ model_type: 'nomic_bert' }, null],
])('%j takes so many tokens: %s', async (config, positions) => {
  await writeFile(join(folder(), 'config.json'), JSON.stringify(config));
  expect((await readTextFacts(folder())).positions).toBe(positions);
});
