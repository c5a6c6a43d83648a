import { z } from 'zod';
import type { ImageTarget } from '../../datasets/decodeImage.ts';
import { unusable } from '../checkpoint/checkpointFile.ts';
import { readTokenizer, type CheckpointTokenizer } from '../checkpoint/checkpointTokenizer.ts';
import { cleanedTexts } from '../checkpoint/textCleaning.ts';
import { openClipCleaning, openClipCleanings } from './openClipCleaning.ts';
import type { OpenClipConfig } from './openClipConfig.ts';

/** Those of OpenAI's CLIP, which are open_clip's defaults (src/open_clip/constants.py). */
const usualMean = [0.48145466, 0.4578275, 0.40821073] as const;
const usualStd = [0.26862954, 0.26130258, 0.27577711] as const;

/**
 * How open_clip prepares images for evaluation (src/open_clip/transform.py, `image_transform`), with torchvision's rules
 * of rounding. It resizes before it converts to RGB; here pictures are RGB first, so that transparency and palettes do not
 * take part.
 *
 * @param edge of the network's images: the one that open_clip takes, whatever `preprocess_cfg` says.
 */
export function openClipImageTarget({ preprocessing }: OpenClipConfig, edge: number): ImageTarget {
  const { mean, std, interpolation, resize_mode: mode } = preprocessing;
  const square = { width: edge, height: edge };
  const resize = { shortest: { shortestEdge: edge }, longest: { within: square }, squash: square }[
    mode ?? 'shortest'
  ];
  return {
    resize,
    interpolation: interpolation === 'bilinear' ? 'bilinear' : 'bicubic',
    crop: mode === 'squash' ? null : square,
    ...(mode !== 'squash' && { middle: 'rounded' as const }),
    rescaleFactor: 1 / 255,
    mean: channelsOf(mean, usualMean),
    std: channelsOf(std, usualStd),
  };
}

type Channels = ImageTarget['mean'];

function channelsOf(given: number | Channels | null | undefined, usual: Channels): Channels {
  if (given === null || given === undefined) return usual;
  return typeof given === 'number' ? [given, given, given] : given;
}

const tokenizerKeywords = z.looseObject({
  clean: z.enum(openClipCleanings).nullish(),
});

/**
 * The tokenizer of open_clip's texts: that of the folder, whose texts are cleaned first as `tokenizer_kwargs` say, and
 * padded to `context_length`.
 *
 * @throws InputError as `readTokenizer`; `checkpoint-config` for what tokenizers cannot do here.
 */
export async function openClipTokenizer(
  folder: string,
  { file, model }: OpenClipConfig,
): Promise<CheckpointTokenizer> {
  const { context_length: length, vocab_size: vocabulary, tokenizer_kwargs: given } = model.text_cfg;
  const problem = (key: string, message: string): Error =>
    unusable(file, `model_cfg.text_cfg.tokenizer_kwargs${key}`, message);
  const checked = tokenizerKeywords.safeParse(given ?? {});
  if (!checked.success) {
    throw problem(
      '.clean',
      `found ${JSON.stringify(given?.['clean'])}, expected ${openClipCleanings.join(', ')}`,
    );
  }
  const { clean, ...others } = checked.data;
  for (const [key, value] of Object.entries(others)) {
    if (value === null || value === false || value === '') continue;
    throw problem(
      `.${key}`,
      `found ${JSON.stringify(value).slice(0, 80)}, which texts cannot be prepared with here`,
    );
  }
  // A tokenizer of its own lowers the case of all texts, one of Hugging Face's leaves them.
  const usual = typeof model.text_cfg.hf_tokenizer_name === 'string' ? 'whitespace' : 'lower';
  const tokenizer = await readTokenizer(folder, { length, padding: 'full', vocabulary });
  return cleanedTexts(tokenizer, openClipCleaning(clean ?? usual));
}
