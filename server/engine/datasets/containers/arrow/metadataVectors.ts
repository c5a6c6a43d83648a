import type { Field } from 'apache-arrow/fb/field';
import type { Footer } from 'apache-arrow/fb/footer';
import type { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Schema } from 'apache-arrow/fb/schema';

/** Types lie within one another no deeper than this. */
const DEEPEST = 64;
const NODE_BYTES = 16;
const BUFFER_BYTES = 16;
const BLOCK_BYTES = 24;
const OFFSET_BYTES = 4;

/**
 * Whether the vectors in the metadata of a message, of `size` bytes, have room there. The library makes an object of each
 * of their items, as many as they claim, and follows references wherever they lead, back too.
 */
export function hasSoundVectors(message: Message, size: number): boolean {
  if (!fits(message.customMetadataLength(), OFFSET_BYTES, size)) return false;
  const type = message.headerType();
  if (type === MessageHeader.Schema) {
    return isSoundSchema(message.header(new Schema()) as Schema | null, size);
  }
  if (type === MessageHeader.RecordBatch) {
    return isSoundBatch(message.header(new RecordBatch()) as RecordBatch | null, size);
  }
  if (type !== MessageHeader.DictionaryBatch) return true;
  const dictionary = message.header(new DictionaryBatch()) as DictionaryBatch | null;
  return dictionary !== null && isSoundBatch(dictionary.data(), size);
}

/** As `hasSoundVectors`, of a footer. */
export function hasSoundFooter(footer: Footer, size: number): boolean {
  return (
    fits(footer.recordBatchesLength(), BLOCK_BYTES, size) &&
    fits(footer.dictionariesLength(), BLOCK_BYTES, size) &&
    fits(footer.customMetadataLength(), OFFSET_BYTES, size) &&
    isSoundSchema(footer.schema(), size)
  );
}

function isSoundBatch(batch: RecordBatch | null, size: number): boolean {
  return (
    batch !== null &&
    fits(batch.nodesLength(), NODE_BYTES, size) &&
    fits(batch.buffersLength(), BUFFER_BYTES, size) &&
    fits(batch.variadicBufferCountsLength(), 8, size)
  );
}

function isSoundSchema(schema: Schema | null, size: number): boolean {
  if (schema === null) return false;
  // Each field and each text takes room of its own, in a file that was written and not made up.
  let left = size / OFFSET_BYTES;
  const take = (count: number): boolean => count >= 0 && (left -= count) >= 0;
  const isSoundField = (field: Field | null, depth: number): boolean => {
    if (field === null) return true;
    const children = field.childrenLength();
    if (depth > DEEPEST || !take(children + 1) || !take(field.customMetadataLength())) return false;
    for (let at = 0; at < children; at++) if (!isSoundField(field.children(at), depth + 1)) return false;
    return true;
  };
  const fields = schema.fieldsLength();
  if (!take(fields) || !take(schema.customMetadataLength())) return false;
  for (let at = 0; at < fields; at++) if (!isSoundField(schema.fields(at), 0)) return false;
  return true;
}

function fits(count: number, itemBytes: number, size: number): boolean {
  return count >= 0 && count * itemBytes <= size;
}
