import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from './onnx_pb.ts';

/**
 * Names of the files that a model keeps its initialisers in beside its own, as it writes them. (Tensors in attributes
 * may lie outside too; no exporter puts them there.)
 *
 * @param bytes an ONNX model.
 * @throws Error when they are none.
 */
export function externalDataFiles(bytes: Uint8Array): string[] {
  const { graph } = fromBinary(ModelProtoSchema, bytes);
  const locations = (graph?.initializer ?? []).flatMap(({ externalData }) =>
    externalData.filter(({ key }) => key === 'location').map(({ value }) => value),
  );
  return [...new Set(locations)];
}
