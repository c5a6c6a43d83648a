import type { ListedModule } from './modulesFile.ts';

/** What modules of sentence-transformers do that are not computed here. */
const purposes: Readonly<Record<string, string>> = {
  CNN: 'convolutions over tokens',
  LSTM: 'a recurrent network over tokens',
  WeightedLayerPooling: 'a weighted sum of the layers of its transformer, which exports do not give',
  WordWeights: 'a weight for each word',
  WKPooling: 'a pooling over the layers of its transformer, which exports do not give',
  BoW: 'counts of words',
  WordEmbeddings: 'a table of word vectors, with no transformer',
  StaticEmbedding: 'a table of token vectors, with no transformer',
  Router: 'other modules for queries than for documents',
  Asym: 'other modules for some texts than for others',
  SpladePooling: 'sparse embeddings',
  MLMTransformer: 'sparse embeddings, by the words that a transformer predicts',
  SparseAutoEncoder: 'sparse embeddings',
  SparseStaticEmbedding: 'sparse embeddings',
};

/**
 * Why a sentence model with a module cannot be followed, and what to do: after the name of its file, for a message.
 *
 * @param folder of the model, as messages call it.
 * @param known Names of the modules that are followed in the place of this one.
 */
export function moduleRefusal(
  folder: string,
  { name, isForeign, path }: ListedModule,
  known: readonly string[],
): string {
  const ofLibrary = isForeign ? /^sentence_transformers\..*\.(\w+)$/.exec(name)?.[1] : name;
  const shown = ofLibrary ?? name;
  const purpose = Object.hasOwn(purposes, shown) ? `${purposes[shown]!}, ` : '';
  const is =
    ofLibrary === undefined
      ? 'code of the model’s own, which is not run'
      : `${purpose}which is not computed here (${known.join(', ')} are)`;
  const encode = ['Router', 'Asym'].includes(shown) ? 'encode_document' : 'encode';
  return (
    `it has the module ${shown}${path === '' ? '' : ` in ${path}`}: ${is}; embed the texts with Python, and measure the file: ` +
    `\`import numpy as np; from sentence_transformers import SentenceTransformer; np.save("text.npy", SentenceTransformer(${JSON.stringify(folder)}).${encode}(texts))\``
  );
}
