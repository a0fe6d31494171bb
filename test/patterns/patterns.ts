/** The regular expressions in sources, and whether each takes linear time whatever text it is given. */
import { checkSync } from 'recheck';
import ts from 'typescript';

export interface Pattern {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly source: string;
  readonly flags: string;
}

/** Of one more demanding than this nobody would know in time. */
const JUDGING_MS_MAX = 30_000;

/**
 * Literals, and `new RegExp` of what is constant within the file.
 * @throws Error for one that is put together of anything else: nobody could tell what it costs
 */
export function patternsIn(file: string, text: string): readonly Pattern[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const constants = new Constants(source);
  const patterns: Pattern[] = [];
  const add = (node: ts.Node, pattern: { readonly source: string; readonly flags: string }) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    patterns.push({ file, line: line + 1, ...pattern });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      add(node, { source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    } else if (isRegExpCall(node)) {
      const [pattern, flags] = node.arguments ?? [];
      add(node, { source: constants.textOf(pattern), flags: flags === undefined ? '' : constants.textOf(flags) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return patterns;
}

function isRegExpCall(node: ts.Node): node is ts.NewExpression | ts.CallExpression {
  return (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp';
}

/** Why it may take more than linear time; `null`: it does not. */
export function problemOf({ source, flags }: Pick<Pattern, 'source' | 'flags'>): string | null {
  const judged = checkSync(source, flags, { checker: 'automaton', timeout: JUDGING_MS_MAX });
  switch (judged.status) {
    case 'safe':
      return null;
    case 'vulnerable':
      return `it takes ${judged.complexity.summary} time, for example for ${judged.attack.pattern}`;
    case 'unknown':
      return `what it takes could not be found out (${judged.error.kind}): write it more simply`;
  }
}

/** What the constants of a file come to. */
class Constants {
  readonly #initializers = new Map<string, ts.Expression>();

  constructor(private readonly source: ts.SourceFile) {
    for (const statement of source.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (initializer !== undefined) this.#initializers.set(name.getText(), initializer);
      }
    }
  }

  textOf(node: ts.Expression | undefined): string {
    return String(this.#valueOf(node));
  }

  #valueOf(node: ts.Expression | undefined): string | number {
    if (node === undefined) return '';
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isNumericLiteral(node)) return Number(node.text);
    if (ts.isParenthesizedExpression(node)) return this.#valueOf(node.expression);
    if (ts.isIdentifier(node) && this.#initializers.has(node.text))
      return this.#valueOf(this.#initializers.get(node.text));
    if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.map(({ expression, literal }) => `${this.#valueOf(expression)}${literal.text}`);
      return node.head.text + spans.join('');
    }
    if (ts.isBinaryExpression(node)) return this.#combined(node);
    const { line } = this.source.getLineAndCharacterOfPosition(node.getStart());
    throw new Error(
      `${this.source.fileName}:${line + 1}: a pattern is made of ${node.getText()}, which is not constant within the file. ` +
        'Write it as a literal, or do without.',
    );
  }

  #combined(node: ts.BinaryExpression): string | number {
    const [left, right] = [this.#valueOf(node.left), this.#valueOf(node.right)];
    if (node.operatorToken.kind === ts.SyntaxKind.MinusToken) return Number(left) - Number(right);
    return typeof left === 'number' && typeof right === 'number' ? left + right : `${left}${right}`;
  }
}
