/** One text in each view: as a product's name, as that of a product in an order, and as a customer's name. */
import type { DocumentSet } from '../../../api/ports/documents.js';
import type { ViewName } from '../../../mappings/contract.js';
import { customer, order, orderLine, product } from '../documents.js';
import { filled, idsOf, type ReaderHarness, search } from './harness.js';

// No question asks for this id.
const NO_QUESTION = '\u{F8FF}';
const NOBODY = { customerId: NO_QUESTION, name: null, level: null, city: null, deleted: false };

const documentOf: Readonly<Record<ViewName, (id: string, name: string) => object>> = {
  products: (id, name) => product(id, { name, category: null }),
  orders: (id, name) => order(id, { customer: NOBODY, lines: [orderLine({ productId: NO_QUESTION, name })] }),
  customers: (id, name) => customer(id, { name }),
};

export const VIEWS = Object.keys(documentOf) as ViewName[];

/** What no question of a test is. */
const ID = '\u{F0000}';

export class EveryView {
  readonly #harnesses: Readonly<Record<ViewName, ReaderHarness>>;
  readonly #texts: readonly string[];
  readonly #sets = new Map<ViewName, DocumentSet>();

  private constructor(harnesses: Readonly<Record<ViewName, ReaderHarness>>, texts: readonly string[]) {
    this.#harnesses = harnesses;
    this.#texts = texts;
  }

  static async holding(
    harnesses: Readonly<Record<ViewName, ReaderHarness>>,
    texts: readonly string[],
  ): Promise<EveryView> {
    const every = new EveryView(harnesses, texts);
    for (const view of VIEWS) {
      const documents = texts.map((text, i) => [`${ID}${i}`, documentOf[view](`${ID}${i}`, text)] as const);
      every.#sets.set(view, await filled(harnesses[view], view, documents));
    }
    return every;
  }

  /** The texts that are found in the view, in the order in which they were given. */
  async found(view: ViewName, queryString: string): Promise<string[]> {
    const set = this.#sets.get(view);
    if (set === undefined) throw new Error(`Nothing is held for ${view}.`);
    const ids = idsOf(set, await search(this.#harnesses[view], set, `${queryString}&size=100`));
    const places = ids.map((id) => Number(id.slice(ID.length))).sort((a, b) => a - b);
    return places.map((place) => this.#texts[place] ?? '');
  }
}
