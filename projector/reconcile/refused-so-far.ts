import type { RefusedDocument } from '../ports/refusals.js';

/** What a store has refused of what an operation has written, each document once, until it is looked at. */
export class RefusedSoFar {
  private readonly documents = new Map<string, RefusedDocument>();

  add(refused: readonly RefusedDocument[]): void {
    for (const document of refused) {
      const { target, id } = document;
      this.documents.set(`${target.view}/${target.revision}/${id}`, document);
    }
  }

  /** It is empty afterwards. */
  take(): readonly RefusedDocument[] {
    const taken = [...this.documents.values()];
    this.documents.clear();
    return taken;
  }
}
