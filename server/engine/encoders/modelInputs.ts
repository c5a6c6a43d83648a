import type { Content } from '../datasets/dataset.ts';
import { fixedSize, type ImageTarget } from '../datasets/decodeImage.ts';
import type { Size } from '../datasets/pillowResize.ts';
import { InputError } from '../problems.ts';
import type { TensorInfo } from '../runtime/onnxRuntime.ts';
import { usualPixels, type PixelForm } from './inputs/pixelForm.ts';

const floats = ['float32', 'float16', 'float64'];
const numbers = ['int64', 'int32'];

/** Types that are given to an input of each name; whole numbers and masks are converted where they are fed. */
const typesOf: Readonly<Record<string, readonly string[]>> = {
  input_ids: numbers,
  token_type_ids: numbers,
  attention_mask: [...numbers, 'bool', ...floats],
  pixel_values: [...floats, 'uint8'],
  input_features: floats,
  input_values: floats,
  is_longer: ['bool', 'uint8'],
  tensor: floats,
};

/** What the items of a content are called where a model has one input, whatever its own name. */
const mainName: Readonly<Record<Content, string>> = {
  image: 'pixel_values',
  video: 'pixel_values',
  text: 'input_ids',
  protein: 'input_ids',
  audio: 'input_features',
  tensor: 'tensor',
};

/**
 * Refuses what a model takes in types that nothing is given in, before it is started.
 *
 * @param file How messages call the model, and the file that they are about.
 * @throws InputError `model-inputs`.
 */
export function checkInputTypes(file: string, inputs: readonly TensorInfo[], content: Content): void {
  for (const { name, type } of inputs) {
    const expected = typesOf[name] ?? (inputs.length === 1 ? typesOf[mainName[content]] : undefined);
    if (expected === undefined || expected.includes(type)) continue;
    throw new InputError(
      'model-inputs',
      `${file}: its input ${name} is of ${type}, expected one of ${expected.join(', ')}; export the model with that`,
      { file },
    );
  }
}

/**
 * In what form a model takes images, told by the type and the axes of its input: the one of 3 has the channels. Where
 * the file says nothing of the axes, they are PyTorch's.
 *
 * @param file How messages call the model, and the file that they are about.
 * @param target How images are prepared for it.
 * @throws InputError `model-inputs` for axes that no image has, and for images of another size than it takes.
 */
export function pixelFormOf(
  file: string,
  inputs: readonly TensorInfo[],
  content: 'image' | 'video',
  target: ImageTarget,
): PixelForm {
  const input =
    inputs.find(({ name }) => name === 'pixel_values') ?? (inputs.length === 1 ? inputs[0] : undefined);
  if (input === undefined || input.shape.length === 0) return usualPixels;
  const { name, type, shape } = input;
  const takes = `${file}: its input ${name} has the shape ${describeShape(shape)}`;
  const refuse = (found: string): InputError => new InputError('model-inputs', `${takes}${found}`, { file });
  if (!(content === 'video' ? [4, 5] : [4]).includes(shape.length)) {
    const video = content === 'video' ? ', or one axis more, of frames' : '';
    throw refuse(`, expected 4 axes${video}: batch × 3 × height × width, or batch × height × width × 3`);
  }
  const axes = axesOf(shape.slice(-3));
  if (axes === null) throw refuse(', in which no axis has the 3 channels of an image');
  const [height, width] = axes === 'channels-first' ? shape.slice(-2) : shape.slice(-3, -1);
  const problem = sizeProblem({ height, width }, fixedSize(target));
  if (problem !== null) throw refuse(problem);
  return { axes, values: type === 'uint8' ? 'levels' : 'normalised' };
}

type Length = number | string | undefined;

function axesOf([first, second, last]: readonly Length[]): PixelForm['axes'] | null {
  if (first === 3) return 'channels-first';
  if (last === 3) return 'channels-last';
  if (isOpen(last) && (/^c$|chan/i.test(String(last)) || (!isOpen(first) && !isOpen(second)))) {
    return 'channels-last';
  }
  return isOpen(first) ? 'channels-first' : null;
}

function isOpen(length: Length): boolean {
  return typeof length !== 'number' || length <= 0;
}

function sizeProblem(
  taken: { readonly height: Length; readonly width: Length },
  given: Size | null,
): string | null {
  const differs = (['height', 'width'] as const).some(
    (edge) => !isOpen(taken[edge]) && taken[edge] !== given?.[edge],
  );
  if (!differs) return null;
  const size = given === null ? 'in many sizes' : `at ${given.height} × ${given.width}`;
  return (
    `, and images are prepared ${size} (height × width); expected the model’s size, as in ` +
    `image: { height: ${taken.height}, width: ${taken.width} }, or in the file that says how images are prepared`
  );
}

function describeShape(shape: readonly Length[]): string {
  return shape.map((length) => (length === '' ? '?' : length)).join(' × ');
}

/** What a report should say of a form; nothing of the usual one. */
export function pixelNotes(
  file: string,
  { values }: PixelForm,
): readonly { code: string; message: string }[] {
  if (values === 'normalised') return [];
  return [
    {
      code: 'pixel-levels',
      message: `${file} takes pixels as bytes: they go in as whole numbers, 0 to 255, resized and cropped, and neither rescaled nor normalised`,
    },
  ];
}
