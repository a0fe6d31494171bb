import { describe, expect, it } from 'vitest';
import { accessOf, apiSettings } from '../../api/composition/settings.js';
import { readSettings, SettingsError } from '../../runtime/settings.js';

const settings = (env: NodeJS.ProcessEnv) => readSettings(apiSettings, env);

describe('the settings of the API', () => {
  it('have defaults that answer on loopback only', () => {
    expect(settings({})).toMatchObject({ API_HOST: '127.0.0.1', API_PORT: 8080, ACCESS_OPEN_ON_NETWORK: false });
    expect(() => accessOf(settings({}))).not.toThrow();
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost'])('allow open access on %s', (API_HOST) => {
    expect(() => accessOf(settings({ API_HOST }))).not.toThrow();
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', '127.evil.org', '127.0.0.1.nip.io'])(
    'refuse open access on %s unless insisted',
    (API_HOST) => {
      expect(() => accessOf(settings({ API_HOST }))).toThrow(SettingsError);
      expect(() => accessOf(settings({ API_HOST, ACCESS_OPEN_ON_NETWORK: 'on' }))).not.toThrow();
    },
  );

  it('name every unusable one', () => {
    const env = { API_PORT: '99999', CURSOR_SECRET: 'short', STORE_TIMEOUT_MS: 'soon' };
    expect(() => settings(env)).toThrow(/API_PORT[\s\S]*CURSOR_SECRET[\s\S]*STORE_TIMEOUT_MS/);
  });
});
