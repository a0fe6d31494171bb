/** What is built from is what was chosen, and runs nothing by itself while it is installed. */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { assertGenuine } from '../../stack/checksums.js';

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

const { '': root, ...locked } = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages as Readonly<
  Record<string, LockedPackage>
>;
const packages = Object.entries(locked).map(([place, entry]) => ({ place, ...entry }));
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Each with what it would do, and why nothing is missing without. */
const WITH_INSTALL_SCRIPT: Readonly<Record<string, string>> = {
  'node_modules/@scarf/scarf': 'tells its maker of every installation; comes with swagger-ui-dist',
  'node_modules/esbuild': 'makes its command start faster; its binary comes as a package of the platform',
};

const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

describe('package-lock.json', () => {
  it('has the checksum of every package, those of other platforms included', () => {
    expect(root).toBeDefined();
    expect(packages.filter(({ integrity = '' }) => !/^sha512-[\w+/]{86}==$/.test(integrity))).toEqual([]);
  });

  it('names no registry, so that each installation asks its own', () => {
    expect(packages.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it('has no package with an install script but those that are known', () => {
    const found = packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ place }) => place);
    expect(found).toEqual(Object.keys(WITH_INSTALL_SCRIPT));
  });

  it('has packages of production under permissive licenses only', () => {
    const production = packages.filter(({ dev }) => dev !== true);
    expect(production.length).toBeGreaterThan(0);
    expect(production.filter(({ license = '' }) => !PERMISSIVE.includes(license))).toEqual([]);
  });
});

describe('an installation', () => {
  it('runs no script of a package', () => {
    expect(readFileSync('.npmrc', 'utf8').split('\n')).toContain('ignore-scripts=true');
  });

  it('leaves out no script of ours: we have none that npm runs before or after another', () => {
    const implied = Object.keys(scripts).filter(
      (name) => /^(pre|post)?(install|prepare|pack|publish|prepublishOnly)$/.test(name) || isHook(name),
    );
    expect(implied).toEqual([]);
  });

  function isHook(name: string): boolean {
    return /^(pre|post)/.test(name) && name.replace(/^(pre|post)/, '') in scripts;
  }
});

describe('the image', () => {
  const dockerfile = readFileSync('Dockerfile', 'utf8').replaceAll('\\\n', '');
  const [build = '', image = ''] = dockerfile.split(/^FROM .+$/m).slice(1);

  it('is built without install scripts', () => {
    const installing = dockerfile.match(/npm (ci|install|prune)[^&\n]*/g) ?? [];
    expect(installing.length).toBeGreaterThan(0);
    expect(installing.filter((command) => !command.includes('--ignore-scripts'))).toEqual([]);
  });

  it('has the packages of production only, with a list of them, and runs as no root', () => {
    expect(build.indexOf('npm prune --omit=dev')).toBeGreaterThan(0);
    expect(build.indexOf('npm sbom')).toBeGreaterThan(build.indexOf('npm prune --omit=dev'));
    expect(image).toContain('COPY --from=build /app/package.json /app/sbom.cdx.json ./');
    expect(image).toMatch(/^USER node$/m);
    expect(image).not.toMatch(/^(RUN|ADD)/m);
  });

  it('is built from what it needs: everything else, caches and secrets included, is not even sent', () => {
    const [first, ...excepted] = readFileSync('.dockerignore', 'utf8').trimEnd().split('\n');
    expect(first).toBe('*');
    const copied = [...build.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
    expect(excepted.map((line) => line.replace(/^!/, '')).sort()).toEqual(copied.sort());
  });

  it('lists in its SBOM every package that is installed, with checksum and license', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'sbom-'));
    try {
      const installed = installProduction(folder);
      const command = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'];
      expect(build).toContain(`npm pkg delete devDependencies   && npm ${command.join(' ')} > sbom.cdx.json`);
      const { bomFormat, components } = JSON.parse(
        execFileSync('npm', command, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
      );
      expect(bomFormat).toBe('CycloneDX');
      const listed = components.map((component: { 'bom-ref': string }) => component['bom-ref']);
      expect(new Set(listed)).toEqual(new Set(installed));
      expect(components.filter(({ hashes, licenses }: Record<string, unknown>) => !hashes || !licenses)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  /** As the build has it when it makes the SBOM, of each package what npm reads. @returns each as name@version */
  function installProduction(folder: string): string[] {
    const { devDependencies: _, ...production } = JSON.parse(readFileSync('package.json', 'utf8'));
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(production));
    cpSync('package-lock.json', path.join(folder, 'package-lock.json'));
    const installed = JSON.parse(readFileSync('node_modules/.package-lock.json', 'utf8')).packages as typeof locked;
    const kept = Object.entries(installed).filter(([, { dev }]) => dev !== true);
    for (const [place] of kept) cpSync(path.join(place, 'package.json'), path.join(folder, place, 'package.json'));
    return kept.map(([place, { version }]) => `${place.split('node_modules/').at(-1)}@${version}`);
  }
});

describe('npm run audit', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  it('ends with 0 and says so where the registry has no such service', async () => {
    const { code, stdout } = await auditAt(await registry(405, ''));
    expect(stdout).toContain('nothing was checked');
    expect(code).toBe(0);
  });

  it('ends with 0 and says so where there is no registry', async () => {
    const { code, stdout } = await auditAt('http://127.0.0.1:9');
    expect(stdout).toContain('nothing was checked');
    expect(code).toBe(0);
  });

  it('ends with 1 for a vulnerability of a package of production', async () => {
    const advisory = { id: 1, url: 'http://a.example/1', title: 'a hole', severity: 'high', vulnerable_versions: '*' };
    const { code, stdout } = await auditAt(await registry(200, JSON.stringify({ kafkajs: [advisory] })));
    expect(stdout).toMatch(/^high +kafkajs/m);
    expect(code).toBe(1);
  });

  it('ends with 0 where the registry knows of none', async () => {
    const { code, stdout } = await auditAt(await registry(200, '{}'));
    expect(stdout).toContain('Vulnerable packages of production: 0');
    expect(code).toBe(0);
  });

  /** Answers questions for advisories, and knows no package. */
  async function registry(status: number, advisories: string): Promise<string> {
    const server = createServer((request, response) => {
      response.writeHead(request.method === 'POST' ? status : 404, { 'content-type': 'application/json' });
      response.end(request.method === 'POST' ? advisories : '{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function auditAt(url: string): Promise<{ code: number; stdout: string }> {
    const env = { ...process.env, npm_config_registry: url, npm_config_fetch_retries: '0' };
    return new Promise((resolve) => {
      execFile('npm', ['run', '--silent', 'audit'], { env }, (error, stdout) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout });
      });
    });
  }
});

describe('what the embedded servers are made of', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'genuine-'));
  afterEach(() => {
    for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true });
  });

  // Of "a", as `sha256sum` tells it.
  const LIST = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.jar\n';

  it('is taken when each file is the known one', async () => {
    writeFileSync(path.join(folder, 'x.sha256'), LIST);
    const content = path.join(mkdtempSync(path.join(folder, 'content-')));
    writeFileSync(path.join(content, 'a.jar'), 'a');
    await expect(assertGenuine('x', content, folder)).resolves.toBeUndefined();
  });

  it.each([
    ['a changed file', { 'a.jar': 'b' }, 'a.jar has other contents'],
    ['a further file', { 'a.jar': 'a', 'b.jar': 'b' }, 'b.jar is not expected'],
    ['a missing file', {}, 'a.jar is missing'],
  ])('is refused with %s', async (_, files, problem) => {
    writeFileSync(path.join(folder, 'x.sha256'), LIST);
    const content = path.join(mkdtempSync(path.join(folder, 'content-')));
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(content, name), text);
    await expect(assertGenuine('x', content, folder)).rejects.toThrow(problem);
  });
});
