/** Which environment variables are taken for misspelt settings, and which are nobody's business. */
import { describe, expect, it } from 'vitest';
import { apiSettings } from '../../api/composition/settings.js';
import { projectorSettings } from '../../projector/composition/settings.js';
import { misspeltSettings } from '../../runtime/misspelt-settings.js';
import { argumentProblem } from '../../runtime/process-arguments.js';
import { readSettings } from '../../runtime/settings.js';

const PROJECTOR = Object.keys(projectorSettings.shape);
const API = Object.keys(apiSettings.shape);
const OTHERS = [
  ...['SAMPLE_EVENTS', 'SAMPLE_SEED', 'SAMPLE_ORDERS', 'SAMPLE_EVENTS_PER_SECOND', 'BENCH_EVENTS', 'BENCH_TASK'],
  ...['STACK_CACHE', 'STACK_KAFKA_PORT', 'STACK_ELASTICSEARCH_PORT', 'STACK_MONGODB_PORT'],
];

const environmentOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'x']));

describe('a misspelt setting', () => {
  it.each([
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['KAFAK_BROKERS', 'KAFKA_BROKERS'],
    ['kafka_brokers', 'KAFKA_BROKERS'],
    ['TOPIC_ORDER', 'TOPIC_ORDERS'],
    ['TOPICS_ORDERS', 'TOPIC_ORDERS'],
    ['MONGODB_URI', 'MONGODB_URL'],
    ['ELASTIC_SEARCH_URL', 'ELASTICSEARCH_URL'],
    ['NAMESPCE', 'NAMESPACE'],
    ['ADMIN_PROT', 'ADMIN_PORT'],
    ['PROJECTOR_KAFKA_BROKERS', 'KAFKA_BROKERS'],
    ['PROJECTOR_PORT', 'ADMIN_PORT'],
    ['PROJECTOR_NAMESPACE', 'NAMESPACE'],
    ['PROJECTOR_TOPICS_ORDERS', 'TOPIC_ORDERS'],
    ['PROJECTOR_MONGODB_URI', 'MONGODB_URL'],
    ['READ_MODEL_PROJECTOR_CHANGES', 'CHANGES'],
  ])('%s is told, with the nearest name', (name, meant) => {
    const sentence = `${name}: there is no such setting. Did you mean ${meant}?`;
    expect(misspeltSettings({ [name]: 'x' }, PROJECTOR)).toEqual([sentence]);
  });

  it('is told together with everything else that is wrong, and never with its value', () => {
    const read = () => readSettings(projectorSettings, { NAMESPACE: 'Shop!', ADMIN_TOKENS: 'geheim' });
    expect(read).toThrow(/2 unusable.*NAMESPACE: must be.*ADMIN_TOKENS: .*Did you mean ADMIN_TOKEN\?/s);
    expect(read).not.toThrow(/geheim/);
  });
});

describe('what is somebody else’s', () => {
  it.each([
    ...['PATH', 'HOME', 'SHELL', 'LANG', 'NODE_ENV', 'NODE_OPTIONS', 'HOSTNAME', 'npm_config_cache', 'http_proxy'],
    ...['LOGLEVEL', 'APP_PORT', 'APP_HOST', 'PORT', 'HOST', 'CHANGE', 'changes', 'namespace', 'POD_NAMESPACE'],
    ...['KAFKA_HOME', 'KAFKA_BROKER_ID', 'KAFKA_OPTS', 'KAFKA_URL', 'MONGO_URL', 'ES_JAVA_OPTS', 'ADMIN_EMAIL'],
    ...['PROJECTOR_SERVICE_HOST', 'PROJECTOR_SERVICE_PORT_HTTP', 'PROJECTOR_PORT_8081_TCP_ADDR', 'API_KEY'],
    ...[
      'PROJECTOR_IMAGE',
      'PROJECTOR_TAG',
      'PROJECTOR_VERSION',
      'PROJECTOR_REPLICAS',
      'PROJECTOR_URL',
      'PROJECTOR_HOME',
    ],
    ...['PROJECTOR_CHANGE', 'PROJECTOR_MEMORY_LIMIT', 'READ_MODEL_PROJECTOR_IMAGE'],
  ])('%s is let alone', (name) => {
    expect(misspeltSettings({ [name]: 'x' }, PROJECTOR)).toEqual([]);
    expect(misspeltSettings({ [name]: 'x' }, API)).toEqual([]);
  });

  it('is an address that Kubernetes gives a service of our name', () => {
    expect(misspeltSettings({ PROJECTOR_PORT: 'tcp://10.0.0.7:8081', APIS_PORT: 'tcp://10.0.0.8:80' }, API)).toEqual(
      [],
    );
  });

  it('is a near name beside the setting itself, or without a value', () => {
    expect(misspeltSettings({ MONGODB_URI: 'mongodb://other', MONGODB_URL: 'mongodb://ours' }, API)).toEqual([]);
    expect(misspeltSettings({ MONGODB_URI: '' }, API)).toEqual([]);
  });

  it('are the settings of our other processes', () => {
    expect(misspeltSettings(environmentOf([...API, ...OTHERS]), PROJECTOR)).toEqual([]);
    expect(misspeltSettings(environmentOf([...PROJECTOR, ...OTHERS]), API)).toEqual([]);
    const apart = (names: readonly string[], own: readonly string[]) => names.filter((name) => !own.includes(name));
    expect(misspeltSettings(environmentOf(apart(API, PROJECTOR)), PROJECTOR), 'without its own').toEqual([]);
    expect(misspeltSettings(environmentOf([...apart(PROJECTOR, API), ...OTHERS]), API)).toEqual([]);
  });
});

describe('an argument of a process that takes none', () => {
  const said = (...given: string[]) =>
    argumentProblem(given, { options: ['--help', '--new-generation'], settings: API });

  it.each([
    [['--api-port', '9000'], 'Write API_PORT=… before the command.'],
    [['--api-port=9000'], 'Write API_PORT=… before the command.'],
    [['API_PORT=9000'], 'Write API_PORT=… before the command.'],
    [['--new-generaton'], 'Did you mean --new-generation?'],
    [['--help', '--verbose'], 'There is nothing but --help, --new-generation.'],
  ])('%j is told', (given, hint) => {
    expect(said(...given)).toContain(hint);
  });

  it('is nothing, or one of its options', () => {
    expect(said()).toBeNull();
    expect(said('--new-generation')).toBeNull();
  });
});
