import type { Command, CompletionItem, CompletionItemKind, MarkupContent } from 'vscode-languageserver-types';
import type { CursorPlace } from './cursorPlace.ts';
import type { Facts } from './facts.ts';
import type { GapDocument } from './gapDocument.ts';

/** What completion looks at. */
export interface CompletionContext {
  readonly document: GapDocument;
  readonly place: CursorPlace;
  readonly facts: Facts;
}

/** What an item is, before its place is added. */
export interface Suggestion {
  readonly label: string;
  readonly kind: CompletionItemKind;
  /** As a snippet. */
  readonly insert: string;
  readonly detail?: string | undefined;
  readonly documentation?: string | undefined;
  /** Items are listed by this, then in their order. */
  readonly rank: number;
  /** Whether what is to be written next can be chosen from a list. */
  readonly continues?: boolean;
  /** Characters already typed that are kept: folders before a name. */
  readonly kept?: number;
}

const triggerSuggest: Command = { title: 'Suggest', command: 'editor.action.triggerSuggest' };

/** Items that replace what stands at the cursor; in the order given. */
export function toItems(
  { document, place }: CompletionContext,
  suggestions: readonly Suggestion[],
): CompletionItem[] {
  return suggestions.map((suggestion, index) => {
    const { label, kind, insert, detail, documentation, rank, continues = false, kept = 0 } = suggestion;
    return {
      label,
      kind,
      ...(detail === undefined ? {} : { detail }),
      ...(documentation === undefined ? {} : { documentation: markdown(documentation) }),
      sortText: `${rank}${String(index).padStart(5, '0')}`,
      filterText: label,
      // Snippet; its line breaks have their indentation already.
      insertTextFormat: 2,
      insertTextMode: 1,
      textEdit: {
        range: document.rangeAt(place.start + kept, place.end),
        newText: place.lead + insert,
      },
      ...(continues ? { command: triggerSuggest } : {}),
    };
  });
}

function markdown(value: string): MarkupContent {
  return { kind: 'markdown', value };
}
