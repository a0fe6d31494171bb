import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryReader, serve, type TestServer } from '../server.js';

const reader = memoryReader({});

describe('the documentation page', () => {
  let server: TestServer;
  let page: string;
  beforeAll(async () => {
    server = await serve({ elasticsearch: reader, mongodb: reader });
    page = await (await fetch(`${server.url}/docs`)).text();
  });
  afterAll(() => server.close());

  it('is a page with a title', async () => {
    const { headers } = await fetch(`${server.url}/docs`);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page).toContain('<title>Read-model API</title>');
  });

  it('may load nothing from elsewhere, and run nothing that stands in it', async () => {
    const policy = (await fetch(`${server.url}/docs`)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:\/\//);
  });

  it('finds everything that it refers to here', async () => {
    const references = Array.from(page.matchAll(/(?:src|href)="([^"]+)"/g), ([, target]) => target ?? '');
    expect(references).toContain('/docs/swagger-ui-bundle.js');
    for (const target of references) {
      const response = await fetch(server.url + target);
      expect([target, response.status, response.headers.get('x-content-type-options')]).toEqual([
        target,
        200,
        'nosniff',
      ]);
      await response.arrayBuffer();
    }
  });

  it('asks for the description, and nobody else about it', async () => {
    const start = await (await fetch(`${server.url}/docs/start.js`)).text();
    expect(start).toContain("url: '/openapi.json'");
    expect(start).toContain('validatorUrl: null');
  });

  it.each(['/docs/index.html', '/docs/package.json', '/docs/..%2Fpackage.json', '/docs/swagger-ui.js'])(
    'serves nothing else of its package: %s',
    async (path) => {
      expect((await fetch(server.url + path)).status).toBe(404);
    },
  );
});
