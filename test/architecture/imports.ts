import { posix } from 'node:path';
import ts from 'typescript';

/** One import, re-export or `import()` of a file. */
export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path from the project root where the specifier is relative; undefined for a package. */
  readonly file: string | undefined;
  /** `static` runs when the file is loaded, `dynamic` when it is reached, `type` never. */
  readonly load: 'static' | 'dynamic' | 'type';
  readonly isReexport: boolean;
}

/** Every import of a TypeScript file, read from its syntax tree. */
export function importsOf(path: string, text: string): Import[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, load: Import['load'], isReexport = false) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const { text: name } = specifier;
    const file = name.startsWith('.') ? posix.join(posix.dirname(path), name) : undefined;
    found.push({ specifier: name, file, load, isReexport });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const isType = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      add(node.moduleSpecifier, isType ? 'type' : 'static');
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static', true);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, 'type');
    } else if (ts.isCallExpression(node) && isLoading(node.expression)) {
      add(node.arguments[0], 'dynamic');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isLoading(called: ts.Expression): boolean {
  return (
    called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require')
  );
}
