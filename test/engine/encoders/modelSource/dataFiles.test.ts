import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { dataFilesOf } from '../../../../server/engine/encoders/modelSource/dataFiles.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProtoSchema,
} from '../../../../server/engine/graph/onnx_pb.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';

const folder = useTemporaryFolder();

async function modelWith(...locations: readonly string[]): Promise<string> {
  const initializer = locations.map((value) =>
    create(TensorProtoSchema, { externalData: [{ key: 'location', value }] }),
  );
  const graph = create(GraphProtoSchema, { initializer });
  const path = join(folder(), 'model.onnx');
  await writeFile(path, toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph })));
  return path;
}

describe('the files that a model keeps tensors in', () => {
  it('are those in its own folder, whether they are there or not', async () => {
    const path = await modelWith('a.bin', 'inner/b.bin', 'a.bin');
    expect(await dataFilesOf(path)).toEqual([join(folder(), 'a.bin'), join(folder(), 'inner', 'b.bin')]);
  });

  it.each(['../a.bin', 'inner/../../a.bin', '..'])('are not those outside, as %s', async (location) => {
    expect(await dataFilesOf(await modelWith(location, 'a.bin'))).toEqual([join(folder(), 'a.bin')]);
  });

  it('are none of what is no model, or not there', async () => {
    const path = join(folder(), 'garbage.onnx');
    await writeFile(path, 'no model at all');
    expect(await dataFilesOf(path)).toEqual([]);
    expect(await dataFilesOf(join(folder(), 'absent.onnx'))).toEqual([]);
    expect(await dataFilesOf(folder())).toEqual([]);
  });
});
