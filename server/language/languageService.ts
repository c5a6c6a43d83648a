import type { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  CodeAction,
  CodeActionContext,
  CodeLens,
  CompletionItem,
  Diagnostic,
  DocumentHighlight,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  Location,
  Position,
  Range,
  SelectionRange,
  TextEdit,
  WorkspaceEdit,
  WorkspaceSymbol,
} from 'vscode-languageserver-types';
import { codeActions } from './codeActions.ts';
import { codeLenses } from './codeLens.ts';
import { completionsAt } from './completion.ts';
import { definition } from './definition.ts';
import { diagnosticsOf, type DiagnosticOptions } from './diagnostics.ts';
import { documentLinks } from './documentLinks.ts';
import { documentSymbols } from './documentSymbols.ts';
import type { Facts } from './facts.ts';
import { foldingRanges } from './folding.ts';
import { formatting } from './formatting.ts';
import { GapDocuments, type GapDocument } from './gapDocument.ts';
import { hoverAt } from './hover.ts';
import { inlayHints } from './inlayHints.ts';
import { highlights, references } from './references.ts';
import { prepareRename, rename, type Rename } from './rename.ts';
import { selectionRanges } from './selectionRanges.ts';
import { workspaceSymbols } from './workspaceSymbols.ts';

/**
 * Every language feature for `*.gap.yaml` texts, in the terms of the Language Server Protocol. A text is read once a
 * version. Nothing here waits: what is not known yet is left out, and the facts tell when it is.
 */
export class LanguageService {
  readonly #facts: Facts;
  readonly #options: DiagnosticOptions;
  readonly #documents = new GapDocuments();

  constructor(facts: Facts, options: DiagnosticOptions) {
    this.#facts = facts;
    this.#options = options;
  }

  diagnostics(document: TextDocument): Diagnostic[] {
    return diagnosticsOf(this.#read(document), this.#facts, this.#options);
  }

  completions(document: TextDocument, position: Position): CompletionItem[] {
    return completionsAt(this.#read(document), document.offsetAt(position), this.#facts);
  }

  hover(document: TextDocument, position: Position): Hover | null {
    return hoverAt(this.#read(document), document.offsetAt(position), this.#facts);
  }

  codeActions(document: TextDocument, range: Range, context: CodeActionContext): CodeAction[] {
    return codeActions(this.#read(document), range, context, this.#facts);
  }

  codeLenses(document: TextDocument): CodeLens[] {
    return codeLenses(this.#read(document), this.#facts);
  }

  inlayHints(document: TextDocument, range: Range): InlayHint[] {
    return inlayHints(this.#read(document), range, this.#facts);
  }

  documentSymbols(document: TextDocument): DocumentSymbol[] {
    return documentSymbols(this.#read(document));
  }

  foldingRanges(document: TextDocument): FoldingRange[] {
    return foldingRanges(this.#read(document));
  }

  selectionRanges(document: TextDocument, positions: readonly Position[]): SelectionRange[] {
    return selectionRanges(this.#read(document), positions);
  }

  documentLinks(document: TextDocument): DocumentLink[] {
    return documentLinks(this.#read(document), this.#facts);
  }

  definition(document: TextDocument, position: Position): Location[] {
    return definition(this.#read(document), position, this.#facts);
  }

  references(
    document: TextDocument,
    position: Position,
    context: { readonly includeDeclaration: boolean },
  ): Location[] {
    return references(this.#read(document), position, context);
  }

  highlights(document: TextDocument, position: Position): DocumentHighlight[] {
    return highlights(this.#read(document), position);
  }

  prepareRename(
    document: TextDocument,
    position: Position,
  ): Rename<{ readonly range: Range; readonly placeholder: string }> {
    return prepareRename(this.#read(document), position);
  }

  rename(document: TextDocument, position: Position, newName: string): Rename<WorkspaceEdit> {
    return rename(this.#read(document), position, newName);
  }

  formatting(document: TextDocument): TextEdit[] {
    return formatting(this.#read(document));
  }

  /** @param documents Those of the workspace, open or not. */
  workspaceSymbols(documents: readonly TextDocument[], query: string): WorkspaceSymbol[] {
    return workspaceSymbols(
      documents.map((document) => this.#read(document)),
      query,
    );
  }

  #read(document: TextDocument): GapDocument {
    return this.#documents.get(document);
  }
}
