import { describe, expect, it } from 'vitest';
import {
  namingStyle,
  parameterSource,
  tensorPart,
} from '../../../../server/engine/encoders/clip/checkpointNames.ts';
import { clipText } from '../../../../server/engine/networks/clipText.ts';
import { networkGraph } from '../../../../server/engine/networks/network.ts';
import { vit } from '../../../../server/engine/networks/vit.ts';

describe('names of tensors', () => {
  it.each([
    ['image', networkGraph(vit, vit.params.parse({ layers: 12 }))],
    ['text', networkGraph(clipText, clipText.params.parse({ layers: 12 }))],
  ] as const)('%s: every parameter has a place in both styles, no two the same', (part, graph) => {
    for (const style of ['openai', 'hugging-face'] as const) {
      const names = graph.parameters.flatMap(({ name }) => parameterSource(name, style).names);
      expect(new Set(names).size).toBe(names.length);
      expect(names.map(tensorPart)).toEqual(names.map(() => part));
      expect(namingStyle(names)).toBe(style);
    }
  });

  it('joins queries, keys and values, in this order', () => {
    expect(parameterSource('visual.transformer.resblocks.11.attn.in_proj_weight', 'hugging-face')).toEqual({
      names: ['q', 'k', 'v'].map((part) => `vision_model.encoder.layers.11.self_attn.${part}_proj.weight`),
      transposed: false,
    });
  });

  it('knows projections as transposed', () => {
    expect(parameterSource('text_projection', 'hugging-face')).toEqual({
      names: ['text_projection.weight'],
      transposed: true,
    });
    expect(parameterSource('text_projection', 'openai').transposed).toBe(false);
  });

  it('tells apart what is not computed with from what is unknown', () => {
    expect(tensorPart('logit_scale')).toBe('neither');
    expect(tensorPart('vision_model.embeddings.position_ids')).toBe('neither');
    expect(tensorPart('logit_bias')).toBe('unknown');
  });

  it('has no place for a parameter of another network', () => {
    expect(() => parameterSource('layer1.0.conv1.weight', 'hugging-face')).toThrow(RangeError);
  });
});
