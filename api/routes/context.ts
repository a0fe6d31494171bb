/** What the routes are given: ports and what follows from them. */

import type { View, ViewName } from '../../mappings/contract.js';
import type { ChangesContext } from '../changes/hub.js';
import type { RecentAnswers } from '../degraded/recent-answers.js';
import type { EventPorts } from '../events/deliveries.js';
import type { HistoryPorts } from '../history/history.js';
import type { AnswerRoom } from '../limits/answer-room.js';
import type { DocumentReader, Refresher } from '../ports/documents.js';
import type { Freshness, FreshnessSource } from '../ports/freshness.js';
import type { GenerationSource, Served } from '../ports/generations.js';
import type { LargePages } from '../readers/large-pages.js';
import type { Watch } from '../waiting/watch.js';

export interface RouteContext {
  readonly views: Readonly<Record<ViewName, View>>;
  /** A hash of each view's declaration. */
  readonly definitions: Readonly<Record<string, string>>;
  /** Each store's reader, by the store that the view names. */
  readonly readers: Readonly<Record<View['storage']['store'], DocumentReader>>;
  /** By the store too: how large pages are; absent where a store sends documents one by one. */
  readonly largePages: Readonly<Partial<Record<View['storage']['store'], LargePages>>>;
  /** What the answers may hold in memory. */
  readonly answers: AnswerRoom;
  readonly generations: GenerationSource;
  readonly freshness: FreshnessSource;
  readonly watch: Watch;
  readonly refresher: Refresher;
  readonly changes: ChangesContext;
  readonly history: HistoryPorts;
  readonly events: EventPorts;
  readonly degradation: DegradationContext;
  /** Aborted when the process has been asked to stop. */
  readonly stopping: AbortSignal;
  /** Seals what is given out and taken back, the same in every process. @throws NotReady, StoreUnavailable */
  readonly cursorSecret: () => Promise<Buffer>;
}

/** What lists are answered from while their store is down. */
export interface DegradationContext {
  readonly recent: RecentAnswers;
  /** Told of every such answer. */
  answered(source: DegradedSource): void;
}

export type DegradedSource = 'recent orders' | 'recent answers';

export function readerOf({ readers }: RouteContext, view: View): DocumentReader {
  return readers[view.storage.store];
}

/** Starts the freshness beside the query, so that neither waits for the other. */
export async function withFreshness<Answer>(
  context: RouteContext,
  { live: { number, snapshot } }: Served,
  query: Promise<Answer>,
): Promise<[Answer, Freshness]> {
  // A snapshot lacks no event of its moment.
  if (snapshot !== undefined) {
    return [await query, { lagEvents: 0, lagMs: 0, refused: null, asOf: snapshot.at.toISOString() }];
  }
  return Promise.all([query, context.freshness.of(number)]);
}
