import { z } from 'zod';
import type { Tensor } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';
import { linear } from './linear.ts';
import { defineNetwork } from './network.ts';
import { kaimingNormal, ones, torchDefault, zeros } from './torchInitialisers.ts';

const params = z.strictObject({
  imageSize: z.int().min(1).max(4096).default(64).describe('Height and width of the images, in pixels.'),
  width: z
    .int()
    .min(1)
    .max(4096)
    .default(64)
    .describe(
      'Channels of the first stage, doubled by each of the other three; 64 in the published network.',
    ),
  classes: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(
      'Outputs of a last, fully connected layer. Without it, the embeddings are the 8·width features before it.',
    ),
});

/** ResNet-18 with given batch statistics, drawn as torchvision draws it. */
export const resnet = defineNetwork({
  kind: 'resnet',
  title: 'ResNet-18',
  description:
    'Convolutional residual network of 18 layers. Its blocks end in ReLU, so its features are non-negative by construction. Batch normalisation uses the stored statistics, which are mean 0 and variance 1 before training.',
  reference: 'He et al., CVPR 2016; torchvision.models.resnet18',
  params,
  input: ({ imageSize }) => ({ kind: 'image', size: imageSize }),
  build({ width, classes }, builder, images) {
    const batch = images.shape[0]!;
    const stem = normalisedConvolution(builder, images, width, ['conv1', 'bn1'], {
      size: 7,
      stride: 2,
      padding: 3,
    });
    let hidden = builder.maxPool(builder.relu(stem), 3, { stride: 2, padding: 1 });
    for (let stage = 0; stage < 4; stage++) {
      for (let block = 0; block < 2; block++) {
        const stride = stage > 0 && block === 0 ? 2 : 1;
        hidden = residualBlock(builder, hidden, `layer${stage + 1}.${block}`, width * 2 ** stage, stride);
      }
    }
    const features = builder.reshape(builder.reduceMean(hidden, [2, 3]), [batch, 8 * width]);
    if (classes === undefined) return features;
    const drawn = torchDefault(8 * width);
    return linear(
      builder,
      features,
      classes,
      { weight: 'fc.weight', bias: 'fc.bias' },
      { weight: drawn, bias: drawn },
    );
  },
});

/** Two 3 × 3 convolutions beside the identity, or beside a 1 × 1 convolution where the shape changes. */
function residualBlock(
  builder: GraphBuilder,
  x: Tensor,
  name: string,
  channels: number,
  stride: number,
): Tensor {
  const first = normalisedConvolution(builder, x, channels, [`${name}.conv1`, `${name}.bn1`], {
    size: 3,
    stride,
    padding: 1,
  });
  const second = normalisedConvolution(
    builder,
    builder.relu(first),
    channels,
    [`${name}.conv2`, `${name}.bn2`],
    { size: 3, stride: 1, padding: 1 },
  );
  const shortcut =
    stride === 1 && x.shape[1] === channels
      ? x
      : normalisedConvolution(builder, x, channels, [`${name}.downsample.0`, `${name}.downsample.1`], {
          size: 1,
          stride,
          padding: 0,
        });
  return builder.relu(builder.add(second, shortcut));
}

/** A convolution without bias, and batch normalisation with stored statistics. */
function normalisedConvolution(
  builder: GraphBuilder,
  x: Tensor,
  channels: number,
  [convolution, normalisation]: readonly [string, string],
  { size, stride, padding }: { size: number; stride: number; padding: number },
): Tensor {
  const filters = builder.parameter(
    `${convolution}.weight`,
    [channels, Number(x.shape[1]), size, size],
    kaimingNormal(channels * size * size),
  );
  return builder.batchNormalisation(builder.convolution(x, filters, { stride, padding }), {
    scale: builder.parameter(`${normalisation}.weight`, [channels], ones),
    offset: builder.parameter(`${normalisation}.bias`, [channels], zeros),
    mean: builder.parameter(`${normalisation}.running_mean`, [channels], zeros),
    variance: builder.parameter(`${normalisation}.running_var`, [channels], ones),
  });
}
