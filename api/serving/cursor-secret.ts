/** The secret that cursors and ids of events are sealed with, the same in all API processes of a namespace. */

import { createHash } from 'node:crypto';
import { NotReady } from '../ports/errors.js';
import type { RegistrySource, SecretSource } from '../ports/generations.js';

/** Made once for a namespace and never changed: whoever has read it needs to know nothing more. */
export class CursorSecret {
  readonly #source: SecretSource;
  #known: Buffer | null = null;

  constructor(source: SecretSource) {
    this.#source = source;
  }

  /** @throws NotReady, StoreUnavailable until it has been read once */
  readonly get = async (): Promise<Buffer> => {
    this.#known ??= await this.#read();
    return this.#known;
  };

  /** Read beside the registry: who knows which documents are served can page through them whatever goes away. */
  beside(registry: RegistrySource): RegistrySource {
    return {
      read: async () => {
        const [record] = await Promise.all([registry.read(), this.get().catch(() => {})]);
        return record;
      },
    };
  }

  async #read(): Promise<Buffer> {
    const secret = await this.#source.read();
    if (secret !== null) return createHash('sha256').update(secret).digest();
    throw new NotReady('There is no secret for cursors in this namespace yet; the projector makes one when it starts.');
  }
}
