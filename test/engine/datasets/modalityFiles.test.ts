import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modalityFiles } from '../../../server/engine/datasets/modalityFiles.ts';

const named = (...paths: string[]) => modalityFiles(paths).map(({ name, files }) => [name, ...files]);
const problem = (paths: readonly string[], names?: readonly string[]): unknown => {
  try {
    return modalityFiles(paths, names);
  } catch (error) {
    return error;
  }
};

describe('names of modalities from the names of files', () => {
  it.each([
    [
      ['image_embeddings.npy', 'text_embeddings.npy'],
      ['image', 'text'],
    ],
    [
      ['text.npy', 'image.npy'],
      ['text', 'image'],
    ],
    [
      ['img_emb.npy', 'txt_emb.npy'],
      ['image', 'text'],
    ],
    [
      ['coco_clip_img_feats.npy', 'coco_clip_captions_feats.npy'],
      ['image', 'caption'],
    ],
    [
      ['a/b/imageFeatures.npy', 'a/b/audioFeatures.pt'],
      ['image', 'audio'],
    ],
    [
      ['ViT-B-32_images.npy', 'ViT-L-14_texts.npy'],
      ['image', 'text'],
    ],
    [
      ['/x/image/embeddings.npy', '/x/text/embeddings.npy'],
      ['image', 'text'],
    ],
    [
      ['/x/image/features.npy', '/x/text/embeddings.npy'],
      ['image', 'text'],
    ],
    [
      ['query.npy', 'document.npy'],
      ['query', 'document'],
    ],
    [
      ['image_train.npy', 'image_val.npy'],
      ['train', 'val'],
    ],
    [
      ['image_a.npy', 'image_text.npy'],
      ['modality-1', 'modality-2'],
    ],
    [
      ['x.npy', 'y.npy'],
      ['modality-1', 'modality-2'],
    ],
    [
      ['Bilder.npy', 'Überschriften.npy'],
      ['bilder', 'überschriften'],
    ],
  ])('%j: %j', (paths, names) => {
    expect(modalityFiles(paths).map(({ name }) => name)).toEqual(names);
  });

  it('takes the names that are given', () => {
    expect(modalityFiles(['x.npy', 'y.npy'], ['image', 'text'])).toEqual([
      { name: 'image', files: ['x.npy'] },
      { name: 'text', files: ['y.npy'] },
    ]);
    expect(problem(['x.npy', 'y.npy'], ['a'])).toMatchObject({ code: 'modality-names' });
    expect(problem(['x.npy', 'y.npy'], ['a', 'a'])).toMatchObject({ code: 'modality-names' });
  });
});

describe('parts', () => {
  it('are in the order of their numbers', () => {
    expect(
      named(
        'c/img_emb/img_emb_10.npy',
        'c/img_emb/img_emb_9.npy',
        'c/text_emb/text_emb_9.npy',
        'c/text_emb/text_emb_10.npy',
      ),
    ).toEqual([
      ['image', 'c/img_emb/img_emb_9.npy', 'c/img_emb/img_emb_10.npy'],
      ['text', 'c/text_emb/text_emb_9.npy', 'c/text_emb/text_emb_10.npy'],
    ]);
    expect(named('image-00000-of-00002.pt', 'image-00001-of-00002.pt', 'text.npy')).toEqual([
      ['image', 'image-00000-of-00002.pt', 'image-00001-of-00002.pt'],
      ['text', 'text.npy'],
    ]);
    expect(named('image/0.npy', 'image/1.npy', 'text/0.npy', 'text/1.npy')).toEqual([
      ['image', 'image/0.npy', 'image/1.npy'],
      ['text', 'text/0.npy', 'text/1.npy'],
    ]);
  });

  it('are no modalities, nor the other way round, where that is not clear', () => {
    const paths = ['emb_0.npy', 'emb_1.npy'];
    expect(problem(paths)).toMatchObject({
      code: 'files-unclear',
      message: expect.stringContaining('emb_0.npy and emb_1.npy') as unknown,
    });
    expect(modalityFiles(paths, ['image'])).toEqual([{ name: 'image', files: paths }]);
    expect(modalityFiles(paths, ['image', 'text']).map(({ files }) => files)).toEqual([
      ['emb_0.npy'],
      ['emb_1.npy'],
    ]);
  });

  it('that one modality lacks are named', () => {
    expect(problem(['image_0.npy', 'image_1.npy', 'text_0.npy', 'text_2.npy'])).toMatchObject({
      code: 'part-missing',
      message: expect.stringContaining('image_1.npy has no counterpart') as unknown,
    });
  });
});

it('loses no file and takes none twice', () => {
  const word = fc.constantFrom('img', 'text', 'emb', 'a', 'x', '0', '1', '07', 'val', 'of');
  const path = fc
    .array(word, { minLength: 1, maxLength: 4 })
    .chain((words) => fc.constantFrom('_', '-', '/', '').map((joint) => `${words.join(joint)}.npy`));
  fc.assert(
    fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 8 }), (paths) => {
      const found = problem(paths);
      if (found instanceof Error) {
        expect(found).toMatchObject({ name: 'InputError' });
        return;
      }
      const groups = found as ReturnType<typeof modalityFiles>;
      expect(groups.flatMap(({ files }) => files).sort()).toEqual([...paths].sort());
      expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
    }),
  );
});
