import { z } from 'zod';
import { fixedSize, type ImageTarget } from '../../datasets/decodeImage.ts';
import type { PillowFilter, Size } from '../../datasets/pillowResize.ts';
import { readProcessorSettings, type ProcessorSettings } from './processorFile.ts';

const length = z.int().min(1);
/** Transformers 5 writes null for the ways of giving a size that it does not use. */
const withoutNulls = <Size extends z.ZodType>(size: Size): z.ZodPreprocess<Size> =>
  z.preprocess(
    (given) =>
      typeof given === 'object' && given !== null && !Array.isArray(given)
        ? Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
        : given,
    size,
  );
const rectangle = z.strictObject({ height: length, width: length });
const positive = z.number().positive();
const flag = z.boolean().nullish();

/** Files of fast processors write null for what they do not set; whole numbers for sizes are of before 2022. */
const schema = z.looseObject({
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
  do_resize: flag,
  size: withoutNulls(z.union([length, rectangle, z.strictObject({ shortest_edge: length })])).nullish(),
  resample: z.int().min(0).max(5).nullish(),
  do_center_crop: flag,
  crop_size: withoutNulls(z.union([length, rectangle])).nullish(),
  do_rescale: flag,
  rescale_factor: positive.nullish(),
  do_normalize: flag,
  image_mean: z.tuple([z.number(), z.number(), z.number()]).nullish(),
  image_std: z.tuple([positive, positive, positive]).nullish(),
});
type Settings = z.output<typeof schema>;
type ImageSettings = ProcessorSettings<Settings>;

/** Further keys that change nothing: images become RGB and arrays of numbers in any case. */
const withoutEffect = new Set([
  'do_convert_rgb',
  'default_to_square',
  'processor_class',
  'return_tensors',
  'data_format',
  'input_data_format',
  'device',
  'image_seq_length',
  'disable_grouping',
  '_valid_processor_keys',
]);

const square: Settings = {
  do_resize: true,
  size: { height: 224, width: 224 },
  do_rescale: true,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};

/** What processors do where their files say nothing, by their names without `ImageProcessor` and the like. */
const defaultsOf: Readonly<Record<string, Settings>> = {
  CLIP: {
    do_resize: true,
    size: { shortest_edge: 224 },
    resample: 3,
    do_center_crop: true,
    crop_size: 224,
    do_rescale: true,
    do_normalize: true,
    image_mean: [0.48145466, 0.4578275, 0.40821073],
    image_std: [0.26862954, 0.26130258, 0.27577711],
  },
  Siglip: { ...square, resample: 3 },
  ViT: { ...square, resample: 2 },
};

/** What every processor does. */
const commonDefaults: Settings = { do_center_crop: false, rescale_factor: 1 / 255 };

/** Processors whose files say nothing unusual, but which scale by another rule, or crop before they resize. */
const withOtherSteps = new Set(['Levit', 'Perceiver']);

/** By Pillow's numbers. */
const filters: readonly PillowFilter[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

/**
 * How a model wants its images, as its `preprocessor_config.json` or `processor_config.json` says. The defaults of `CLIPImageProcessor`,
 * `SiglipImageProcessor` and `ViTImageProcessor` of Hugging Face's transformers are known. Other processors, named or
 * not, are taken where their files say all that is needed, and nothing but what is known here.
 *
 * @param expected The size that the model takes, where it takes only one.
 * @throws InputError as `readProcessorSettings`; `checkpoint-config`, which names the key, also for what images cannot be
 * prepared with here, and for images of another size than expected.
 */
export async function readImageTarget(folder: string, expected?: Size): Promise<ImageTarget> {
  const settings = await readProcessorSettings(folder, 'image', schema);
  checkKeys(settings);
  const target = targetOf(settings);
  if (expected !== undefined) checkSize(settings, target, expected);
  return target;
}

function checkKeys({ content, problem }: ImageSettings): void {
  for (const [key, value] of Object.entries(content)) {
    if (key in schema.shape || withoutEffect.has(key) || value === null || value === false) continue;
    throw problem(
      key,
      `found ${JSON.stringify(value).slice(0, 80)}, which images cannot be prepared with here`,
    );
  }
}

function targetOf({ content, problem }: ImageSettings): ImageTarget {
  const typeKey =
    typeof content.image_processor_type === 'string' ? 'image_processor_type' : 'feature_extractor_type';
  const name = content[typeKey] ?? '';
  const family = name.replace(/(ImageProcessor(Fast|Pil)?|FeatureExtractor)$/, '');
  if (withOtherSteps.has(family)) {
    throw problem(typeKey, `found ${name}, whose steps are not those of other image processors`);
  }
  const defaults = defaultsOf[family];
  const setting = <Key extends keyof typeof schema.shape>(key: Key): NonNullable<Settings[Key]> => {
    const value = content[key] ?? defaults?.[key] ?? commonDefaults[key] ?? null;
    if (value !== null) return value;
    const processor = name === '' ? 'a file that names no image processor' : name;
    throw problem(key, `found nothing, expected a value: the default of ${processor} is not known`);
  };
  const resizes = setting('do_resize');
  const normalises = setting('do_normalize');
  return {
    resize: resizes ? resizeOf(problem, setting('size'), defaults) : null,
    interpolation: filters[resizes ? setting('resample') : 0]!,
    crop: setting('do_center_crop') ? rectangleOf(setting('crop_size')) : null,
    rescaleFactor: setting('do_rescale') ? setting('rescale_factor') : 1,
    mean: normalises ? setting('image_mean') : [0, 0, 0],
    std: normalises ? setting('image_std') : [1, 1, 1],
  };
}

function resizeOf(
  problem: ImageSettings['problem'],
  size: NonNullable<Settings['size']>,
  defaults: Settings | undefined,
): ImageTarget['resize'] {
  if (typeof size === 'object') {
    return 'shortest_edge' in size ? { shortestEdge: size.shortest_edge } : size;
  }
  // A number means what the processor's own default is.
  const usual = defaults?.size;
  if (typeof usual !== 'object' || usual === null) {
    throw problem('size', `found ${size}, expected {"shortest_edge": …} or {"height": …, "width": …}`);
  }
  return 'shortest_edge' in usual ? { shortestEdge: size } : rectangleOf(size);
}

function rectangleOf(size: number | Size): Size {
  return typeof size === 'number' ? { height: size, width: size } : size;
}

function checkSize({ problem }: ImageSettings, target: ImageTarget, { height, width }: Size): void {
  const found = fixedSize(target);
  if (found?.height === height && found.width === width) return;
  const gives =
    found === null ? 'gives images of many sizes' : `gives images of ${found.height} × ${found.width}`;
  throw problem(
    target.crop === null ? 'size' : 'crop_size',
    `${gives}, expected the model’s ${height} × ${width} (height × width)`,
  );
}
