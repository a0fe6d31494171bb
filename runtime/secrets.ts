/**
 * What must not be seen by whoever reads logs, screens and answers. Texts are split and searched, never matched by
 * patterns that could take long: some of them come from strangers.
 */

/** In the place of a secret. */
const HIDDEN = '…';
/** Shorter ones are parts of ordinary words: those are hidden where they stand in a URL. */
const KNOWN_LENGTH_MIN = 4;
/** Shorter ones may be parts of words, numbers and names by chance: those are hidden where they stand alone. */
const LONG_LENGTH_MIN = 8;
const known = new Set<string>();

/** What a parameter is called whose value is nobody's business. */
const SECRET_NAMES = ['key', 'token', 'secret', 'passw', 'pwd', 'auth', 'signature', 'credential'];
/** An option that holds several values, in URLs hidden as a whole. */
const PROPERTIES = 'properties';
/** The same among the options of drivers, of which `authSource` and `tlsCertificateKeyFile` hold no secrets. */
const SECRET_OPTIONS = ['token', 'secret', 'passw', 'pwd', 'signature', 'credential', PROPERTIES, 'apikey', 'api_key'];

/** From now on none of these is shown, wherever `concealed` looks: longest first, as one may be a part of another. */
export function keepSecret(texts: readonly string[]): void {
  const long = texts.filter((text) => text.length >= KNOWN_LENGTH_MIN);
  // In JSON some are written otherwise.
  const all = [...known, ...long, ...long.map((text) => JSON.stringify(text).slice(1, -1))];
  known.clear();
  for (const text of all.sort((a, b) => b.length - a.length)) known.add(text);
}

/** A text that may quote settings, such as an error of a driver, without any of their secrets. */
export function concealed(text: string): string {
  let shown = text.includes('://') ? text.split('://').map(withoutUserInfo).join('://') : text;
  for (const secret of known) if (shown.includes(secret)) shown = without(secret, shown);
  return shown;
}

const WORD = /^\p{L}+$/u;
const BEGINS_WITHIN_WORD = /^[\p{L}\p{N}_]/u;
const ENDS_WITHIN_WORD = /[\p{L}\p{N}_]$/u;
/** The same of names and times, too: `db1.test`, `2026-11-27`. */
const BEGINS_WITHIN_NAME = /^[.-]?[\p{L}\p{N}_]/u;
const ENDS_WITHIN_NAME = /[\p{L}\p{N}_][.-]?$/u;

/** A secret that is a word is hidden as a word only: `elastic` is a part of many others. */
function without(secret: string, text: string): string {
  const [first = '', ...rest] = text.split(secret);
  const isShort = secret.length < LONG_LENGTH_MIN;
  if (!isShort && !WORD.test(secret)) return [first, ...rest].join(HIDDEN);
  const [begins, ends] = isShort ? [BEGINS_WITHIN_NAME, ENDS_WITHIN_NAME] : [BEGINS_WITHIN_WORD, ENDS_WITHIN_WORD];
  let shown = first;
  let before = first;
  for (const after of rest) {
    // What has no letter or digit at an end stands alone there.
    const isPart =
      (ends.test(before) && BEGINS_WITHIN_WORD.test(secret)) || (begins.test(after) && ENDS_WITHIN_WORD.test(secret));
    shown += (isPart ? secret : HIDDEN) + after;
    before = after;
  }
  return shown;
}

/** Whether `concealed` could change anything about it. */
export function mayHoldSecrets(text: string): boolean {
  if (text.includes('://') && (text.includes('@') || text.includes('?'))) return true;
  for (const secret of known) if (text.includes(secret)) return true;
  return false;
}

const URL_END = /[\s"'<>`]/;

/** `text`: what stands behind `://`, up to the next one. The scheme of the first URL stands before it. */
function withoutUserInfo(text: string, index: number): string {
  if (index === 0) return text;
  const found = text.search(URL_END);
  const end = found < 0 ? text.length : found;
  return parametersHidden(behindUserInfo(text.slice(0, end)), isSecretOption) + text.slice(end);
}

/** Up to the last `@`, as not every secret is escaped. */
function behindUserInfo(url: string): string {
  return url.slice(url.lastIndexOf('@') + 1);
}

/** Where a server is: without credentials, and without options, which may hold secrets, too. */
export function placeOf(url: string): string {
  const start = url.indexOf('://');
  const scheme = start < 0 ? '' : url.slice(0, start + 3);
  const [place = ''] = behindUserInfo(url.slice(scheme.length)).split('?', 1);
  return scheme + place;
}

/** Longer ones are cut: whoever asks knows what was asked. */
const LOGGED_LENGTH_MAX = 2_000;

/** The URL of a request, for logs. Keys and tokens have no place in a URL; one that is there all the same is hidden. */
export function withoutSecrets(url: string): string {
  const shown = withoutTokens(parametersHidden(url, (name) => SECRET_NAMES.some((word) => name.includes(word))));
  return shown.length <= LOGGED_LENGTH_MAX ? shown : `${shown.slice(0, LOGGED_LENGTH_MAX)}…`;
}

/** With the values hidden of those parameters that are called so, lower-case. */
function parametersHidden(url: string, isSecret: (name: string) => boolean): string {
  if (!url.includes('?')) return url;
  const parts = url.split(/([?&;])/);
  return parts.map((part, index) => (index === 0 ? part : parameterHidden(part, isSecret))).join('');
}

function parameterHidden(part: string, isSecret: (name: string) => boolean): string {
  const end = part.indexOf('=');
  return end >= 0 && isSecret(decoded(part.slice(0, end)).toLowerCase()) ? `${part.slice(0, end + 1)}${HIDDEN}` : part;
}

/** JSON Web Tokens: three parts with dots between them, of which the first is an object of JSON. */
function withoutTokens(url: string): string {
  if (!url.includes('eyJ')) return url;
  return url
    .split(/([^\w.-]+)/)
    .map((piece) => {
      const start = piece.indexOf('eyJ');
      return start < 0 || piece.slice(start).split('.', 3).length < 3 ? piece : `${piece.slice(0, start)}${HIDDEN}`;
    })
    .join('');
}

/** The secrets in a setting that names servers, as they are written and as they are meant, whole and in pieces. */
export function secretsInAddress(address: string): readonly string[] {
  const start = address.indexOf('://');
  const [hosts = '', ...options] = address.slice(start < 0 ? 0 : start + 3).split('?');
  // A password may hold a `?`: then the `@` is behind it.
  const password = passwordIn(hosts.includes('@') ? hosts : [hosts, ...options].join('?'));
  const values = options
    .join('?')
    .split(/[&;]/)
    .flatMap((option) => {
      const end = option.indexOf('=');
      return end > 0 ? secretsInOption(option.slice(0, end).toLowerCase(), option.slice(end + 1)) : [];
    });
  return [password, ...values].flatMap((secret) => [secret, decoded(secret), ...piecesOf(secret)]);
}

/** Of properties, `NAME:value` with commas between, some are secrets: `SERVICE_NAME:mongodb,AWS_SESSION_TOKEN:…`. */
function secretsInOption(name: string, value: string): readonly string[] {
  if (!isSecretOption(name)) return [];
  if (!name.includes(PROPERTIES)) return [value];
  // Written as it is meant as well: escaped, the separators could not be seen.
  return [...new Set([value, decoded(value)])].flatMap((written) =>
    written.split(',').flatMap((property) => {
      const end = property.indexOf(':');
      return end > 0 && isSecretOption(property.slice(0, end).toLowerCase()) ? [property.slice(end + 1)] : [];
    }),
  );
}

/** What is left of a secret that was taken for the parts of an address. */
function piecesOf(secret: string): readonly string[] {
  return secret.split(/[@/:?#,&;]/).filter((piece) => piece.length >= LONG_LENGTH_MIN);
}

/** A user without a password is none. */
function passwordIn(hosts: string): string {
  const userInfo = hosts.slice(0, Math.max(0, hosts.lastIndexOf('@')));
  const colon = userInfo.indexOf(':');
  return colon < 0 ? '' : userInfo.slice(colon + 1);
}

function isSecretOption(name: string): boolean {
  return SECRET_OPTIONS.some((word) => name.includes(word));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
