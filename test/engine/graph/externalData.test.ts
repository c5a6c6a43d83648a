import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { externalDataFiles } from '../../../server/engine/graph/externalData.ts';
import { GraphBuilder } from '../../../server/engine/graph/graphBuilder.ts';
import { writeOnnxModel } from '../../../server/engine/graph/onnxModel.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProtoSchema,
} from '../../../server/engine/graph/onnx_pb.ts';

/** A model with a tensor at each location; null for one that it holds itself. */
function model(...locations: readonly (string | null)[]): Uint8Array {
  const initializer = locations.map((location) =>
    create(TensorProtoSchema, {
      externalData:
        location === null
          ? []
          : [
              { key: 'offset', value: '0' },
              { key: 'location', value: location },
            ],
    }),
  );
  const graph = create(GraphProtoSchema, { initializer });
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph }));
}

describe('the files of a model', () => {
  it('are named as the model names them, once each', () => {
    expect(externalDataFiles(model('b.bin', null, '../a.bin', 'b.bin'))).toEqual(['b.bin', '../a.bin']);
  });

  it('are none where it holds its tensors itself, or has none', () => {
    expect(externalDataFiles(model(null, null))).toEqual([]);
    expect(externalDataFiles(model())).toEqual([]);
    expect(externalDataFiles(toBinary(ModelProtoSchema, create(ModelProtoSchema)))).toEqual([]);
  });

  it('are that of a model which this program wrote', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'modality-gap-'));
    try {
      const builder = new GraphBuilder('sum');
      const x = builder.input('x', 'float32', ['n', 2]);
      const w = builder.parameter('w', [2], { kind: 'constant', value: 0 });
      builder.output('y', builder.add(x, w));
      const path = join(folder, 'sum.onnx');
      await writeOnnxModel(builder.build(), new Map([['w', Float32Array.of(1, 2)]]), path);
      expect(externalDataFiles(await readFile(path))).toEqual(['sum.onnx.data']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(['no model at all', '\u0008'])('%j is no model', (text) => {
    expect(() => externalDataFiles(Buffer.from(text))).toThrow();
  });
});
