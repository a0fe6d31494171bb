/** Answers of Elasticsearch that are too large to be parsed in one go: their documents are, one after another. */
import { errors, Serializer } from '@elastic/elasticsearch';
import { unhurried } from '../../../runtime/unhurried.js';

const LARGE_CHARACTERS = 1_048_576;
/** How the list of documents begins: of `_search`, and of `_mget`. Within a text the quotes would be escaped. */
const LISTS = ['"hits":[', '{"docs":['];

export class LargeBody {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** @throws DeserializationError */
  async parsed(): Promise<unknown> {
    const text = this.#text;
    const [begin = text.length] = LISTS.flatMap((list) => {
      const at = text.indexOf(list);
      return at < 0 ? [] : [at + list.length];
    });
    if (begin === text.length) return unhurried(() => parse(text));
    const documents: unknown[] = [];
    let place = begin;
    while (text[place] === '{') {
      const end = endOfObject(text, place);
      const from = place;
      documents.push(await unhurried(() => parse(text.slice(from, end))));
      place = text[end] === ',' ? end + 1 : end;
    }
    // What stands around the list, with the list in its place.
    return parse(text.slice(0, begin) + text.slice(place), documents);
  }
}

/** Leaves large answers as they are, for `parsedBody`. */
export class PatientSerializer extends Serializer {
  override deserialize<Body = unknown>(text: string): Body {
    return text.length > LARGE_CHARACTERS ? (new LargeBody(text) as Body) : super.deserialize<Body>(text);
  }
}

/** What the client returned, parsed. @throws DeserializationError */
export async function parsedBody<Answer>(answer: Answer): Promise<Answer> {
  return answer instanceof LargeBody ? ((await answer.parsed()) as Answer) : answer;
}

/** `list`: what the first empty list is to hold. */
function parse(text: string, list?: readonly unknown[]): unknown {
  try {
    if (list === undefined) return JSON.parse(text);
    let isFilled = false;
    return JSON.parse(text, (key, value: unknown) => {
      if (isFilled || !['hits', 'docs'].includes(key) || !Array.isArray(value)) return value;
      isFilled = true;
      return list;
    });
  } catch (error) {
    throw new errors.DeserializationError(error instanceof Error ? error.message : String(error), '');
  }
}

const [QUOTE, BACKSLASH, OPEN, CLOSE] = [34, 92, 123, 125];

/** Behind the brace that closes the object which begins here; the end of the text when none does. */
function endOfObject(text: string, begin: number): number {
  let depth = 0;
  for (let i = begin; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === OPEN) depth += 1;
    else if (code === CLOSE) {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

/** Of the quote that ends the string. */
function endOfString(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}
