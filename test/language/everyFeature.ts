import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { WorkspaceEdit } from 'vscode-languageserver-types';
import { fixAllKind } from '../../server/language/codeActions.ts';
import type { LanguageService } from '../../server/language/languageService.ts';

/** By name: every question that an editor asks about a document and an offset in it. */
export const everyFeature: Readonly<
  Record<string, (service: LanguageService, document: TextDocument, offset: number) => unknown>
> = {
  diagnostics: (service, document) => service.diagnostics(document),
  completion: (service, document, offset) => service.completions(document, document.positionAt(offset)),
  hover: (service, document, offset) => service.hover(document, document.positionAt(offset)),
  'code actions': (service, document) =>
    service.codeActions(document, wholeOf(document), { diagnostics: [] }),
  'code lenses': (service, document) => service.codeLenses(document),
  'inlay hints': (service, document) => service.inlayHints(document, wholeOf(document)),
  'document symbols': (service, document) => service.documentSymbols(document),
  'folding ranges': (service, document) => service.foldingRanges(document),
  'selection ranges': (service, document, offset) =>
    service.selectionRanges(document, [document.positionAt(offset)]),
  'document links': (service, document) => service.documentLinks(document),
  definition: (service, document, offset) => service.definition(document, document.positionAt(offset)),
  references: (service, document, offset) =>
    service.references(document, document.positionAt(offset), { includeDeclaration: true }),
  highlights: (service, document, offset) => service.highlights(document, document.positionAt(offset)),
  'preparation of a rename': (service, document, offset) =>
    service.prepareRename(document, document.positionAt(offset)),
  rename: (service, document, offset) => service.rename(document, document.positionAt(offset), 'other'),
  formatting: (service, document) => service.formatting(document),
  'workspace symbols': (service, document) => service.workspaceSymbols([document], 'a'),
};

/** Every change of the document that is offered at an offset: quick fixes, all fixes at once, a rename, formatting. */
export function everyEdit(service: LanguageService, document: TextDocument, offset: number): WorkspaceEdit[] {
  const position = document.positionAt(offset);
  const here = { start: position, end: position };
  const renamed = service.rename(document, position, 'other');
  return [
    ...service.codeActions(document, wholeOf(document), { diagnostics: [] }),
    ...service.codeActions(document, here, { diagnostics: [], only: [fixAllKind] }),
  ]
    .flatMap(({ edit }) => edit ?? [])
    .concat('result' in renamed ? renamed.result : [], {
      changes: { [document.uri]: service.formatting(document) },
    });
}

function wholeOf(document: TextDocument) {
  return { start: { line: 0, character: 0 }, end: document.positionAt(document.getText().length) };
}
