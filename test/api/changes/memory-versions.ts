/** Documents with versions in memory: the highest version stays. */
import type { DocumentSet, VersionedDocument, VersionReader } from '../../../api/ports/documents.js';
import { StoreUnavailable } from '../../../api/ports/errors.js';

export class MemoryVersions implements VersionReader {
  /** As if the store were away. */
  isAway = false;
  /** Ids that were read, in order. */
  readonly reads: string[] = [];
  readonly #documents = new Map<string, VersionedDocument>();
  readonly #delay: () => Promise<void>;

  constructor(delay: () => Promise<void> = async () => {}) {
    this.#delay = delay;
  }

  write(view: string, id: string, version: number, document: object | null): void {
    const key = `${view}/${id}`;
    if ((this.#documents.get(key)?.version ?? 0) < version) this.#documents.set(key, { version, document });
  }

  document(view: string, id: string): object | null {
    return (this.#documents.get(`${view}/${id}`)?.document as object | undefined) ?? null;
  }

  async getMany({ view }: DocumentSet, ids: readonly string[]): Promise<ReadonlyMap<string, VersionedDocument>> {
    await this.#delay();
    if (this.isAway) throw new StoreUnavailable('elasticsearch');
    this.reads.push(...ids);
    const found = ids.flatMap((id) => {
      const document = this.#documents.get(`${view.name}/${id}`);
      return document === undefined ? [] : [[id, document] as const];
    });
    await this.#delay();
    return new Map(found);
  }
}
