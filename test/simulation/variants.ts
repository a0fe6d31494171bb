/** Copies of the project's sources as plain JavaScript, whole or with one file changed, each runnable on its own. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['projector', 'mappings', 'runtime', 'test/memory', 'test/oracle', 'test/simulation', 'test'];

export interface Patch {
  /** From the project's root. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly find: string;
  readonly replace: string;
}

export class Variants {
  private readonly folder = mkdtempSync(join(tmpdir(), 'projector-variants-'));
  private readonly original = join(this.folder, 'original');

  constructor() {
    for (const folder of FOLDERS) {
      const isWhole = folder !== 'test';
      for (const file of readdirSync(join(ROOT, folder), { recursive: isWhole, encoding: 'utf8' })) {
        if (file.endsWith('.ts') && !file.endsWith('.test.ts')) this.write(this.original, join(folder, file));
      }
    }
    writeFileSync(join(this.original, 'package.json'), '{ "type": "module" }');
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'), 'dir');
  }

  /**
   * The folder of the copy with the patches; of the plain copy without any.
   * @throws Error when what is to be found does not occur exactly once: the patch must follow the source.
   */
  of(patches: readonly Patch[]): string {
    if (patches.length === 0) return this.original;
    const copy = mkdtempSync(join(this.folder, 'variant-'));
    cpSync(this.original, copy, { recursive: true });
    const patched = new Map<string, string>();
    for (const { file, find, replace } of patches) {
      const parts = (patched.get(file) ?? readFileSync(join(ROOT, file), 'utf8')).split(find);
      if (parts.length !== 2) {
        throw new Error(`In ${file} this occurs ${parts.length - 1} times, and must occur once:\n${find}`);
      }
      patched.set(file, parts.join(replace));
    }
    for (const [file, source] of patched) this.write(copy, file, source);
    return copy;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private write(to: string, file: string, source = readFileSync(join(ROOT, file), 'utf8')): void {
    const target = join(to, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    const compilerOptions = {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    };
    const { outputText, diagnostics } = ts.transpileModule(source, { compilerOptions, reportDiagnostics: true });
    if (diagnostics !== undefined && diagnostics.length > 0) {
      throw new Error(`${file} does not parse: ${ts.flattenDiagnosticMessageText(diagnostics[0]?.messageText, ' ')}`);
    }
    writeFileSync(target, outputText);
  }
}
