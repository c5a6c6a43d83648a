import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type {
  AudioItem,
  ImageInput,
  ImageItem,
  Item,
  ProteinItem,
  TensorInput,
  TensorItem,
  TextItem,
  VideoInput,
  VideoItem,
} from '../datasets/dataset.ts';

/** An item that was read but not decoded, with the SHA-256 of its content as 64 hexadecimal digits. */
export type LoadedItem = { readonly hash: string } & (
  | (Pick<ImageItem, 'content' | 'name'> & { readonly image: ImageInput })
  | Pick<TextItem, 'content' | 'text'>
  | (Pick<AudioItem, 'content' | 'name'> & { readonly bytes: Uint8Array })
  | (Pick<VideoItem, 'content' | 'name'> & { readonly video: VideoInput })
  | Pick<ProteinItem, 'content' | 'name' | 'sequence'>
  | (Pick<TensorItem, 'content' | 'name'> & { readonly tensor: TensorInput })
);

/**
 * Reads an item.
 *
 * @throws InputError when it cannot be read.
 */
export async function loadItem(item: Item): Promise<LoadedItem> {
  switch (item.content) {
    case 'image': {
      const image = await item.load();
      return { content: 'image', name: item.name, image, hash: imageHash(image) };
    }
    case 'text':
      return { content: 'text', text: item.text, hash: sha256(item.text) };
    case 'audio': {
      const bytes = await item.load();
      return { content: 'audio', name: item.name, bytes, hash: sha256(bytes) };
    }
    case 'video': {
      const video = await item.load();
      return { content: 'video', name: item.name, video, hash: await videoHash(video) };
    }
    case 'protein':
      return {
        content: 'protein',
        name: item.name,
        sequence: item.sequence,
        hash: sha256(item.sequence),
      };
    case 'tensor': {
      const tensor = await item.load();
      return { content: 'tensor', name: item.name, tensor, hash: tensorHash(tensor) };
    }
  }
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function imageHash(image: ImageInput): string {
  if (image.kind === 'encoded') return sha256(image.bytes);
  return createHash('sha256').update(`${image.width}×${image.height}`).update(image.rgb).digest('hex');
}

async function videoHash(video: VideoInput): Promise<string> {
  if (video.kind === 'bytes') return sha256(video.bytes);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(video.path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function tensorHash({ shape, data }: TensorInput): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return createHash('sha256').update(shape.join('×')).update(bytes).digest('hex');
}
