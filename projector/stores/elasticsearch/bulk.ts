import type { Client } from '@elastic/elasticsearch';
import { backoffMs } from '../../../runtime/retrying.js';
import { HIDDEN_FIELD } from '../../../runtime/storage/records.js';
import type { OutgoingDocument } from '../../ports/documents.js';
import { Unavailable } from '../../ports/errors.js';
import type { Ticket } from '../../ports/tickets.js';
import { inLanes } from '../../work/lanes.js';
import { describe, sendPiece } from './bulk-request.js';
import { type BulkLimits, cut, halvesOf, joined, type Piece, partOf, piecesOf, type Refused } from './pieces.js';
import { exceedsAlone, LARGE_DOCUMENT_BYTES, type Pressure } from './pressure.js';
import { refusalReason } from './refusal-reason.js';
import { type BulkItem, verdictOfItem } from './verdicts.js';
import { adviceOn } from './write-alias.js';

const REQUESTS_IN_FLIGHT = 2;
/** Without any document taken for so long, and so many refusals in a row, the step is given back to whoever repeats it. */
export const NO_PROGRESS_MS = 30_000;
const REFUSALS_IN_ROW_MAX = 5;
const FIRST_PAUSE_MS = 100;
const PAUSE_MAX_MS = 2_000;
/** Of large documents that wait until the others were sent: beyond, each is waited for at its place. */
const SET_ASIDE_BYTES_MAX = 64 * 1024 * 1024;

export interface BulkOutcome extends Settled {
  readonly written: number;
}

interface Settled {
  readonly superseded: number;
  /** The documents that Elasticsearch refuses for good, with a reason that quotes none of their content. */
  readonly refused: readonly Refused[];
}

/**
 * Writes whole documents with the ticket as external version: Elasticsearch refuses one that is not higher than the
 * stored one. https://www.elastic.co/guide/en/elasticsearch/reference/8.19/docs-index_.html#index-versioning
 * What each outcome means stands in verdicts.ts. What a crowded cluster refuses is sent again after a pause, alone: the
 * others are done, and nothing of a step that gets on is begun anew.
 * @throws Unavailable when the cluster, or any document's shard, does not take writes now: at once while nothing was
 * taken, else after `NO_PROGRESS_MS`.
 * @throws Error when the index is gone, may not be written to, or the server is something else.
 * @throws the signal's reason between requests, once that is aborted.
 */
export async function bulkIndex(
  client: Client,
  index: string,
  ticket: Ticket,
  documents: Iterable<OutgoingDocument>,
  limits: BulkLimits,
  signal?: AbortSignal,
): Promise<BulkOutcome> {
  const { pressure } = limits;
  const ids: string[] = [];
  const step = new BulkStep(client, index, pressure, signal);
  const pieces = piecesOf(ticket, noting(documents, ids), limits, (tooLarge) => step.refused.push(tooLarge));
  await inLanes(pieces, REQUESTS_IN_FLIGHT, (piece) => step.send(piece));
  await step.sendSetAside();
  const { superseded, refused } = step;
  pressure.settled(
    index,
    refused.map(({ id }) => id),
  );
  return { written: ids.length - superseded - refused.length, superseded, refused };
}

/** `ids`: gets those of the documents as they are asked for. */
function* noting(documents: Iterable<OutgoingDocument>, ids: string[]): Generator<OutgoingDocument> {
  for (const document of documents) {
    ids.push(document.id);
    yield document;
  }
}

/** What is to be sent again, and why. */
interface CrowdedOut {
  readonly piece: Piece;
  readonly item: BulkItem;
}

class BulkStep {
  superseded = 0;
  readonly refused: Refused[] = [];
  private setAside: CrowdedOut[] = [];
  private setAsideBytes = 0;
  /** When a document was taken last; `null`: none was. */
  private progressAt: number | null = null;
  private refusalsInRow = 0;
  private isOver = false;

  constructor(
    private readonly client: Client,
    private readonly index: string,
    private readonly pressure: Pressure,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async send(piece: Piece): Promise<void> {
    try {
      for (let rest: Piece | null = piece; rest !== null; ) {
        // Another lane has failed: this one says the same of what it has left.
        if (this.isOver) throw new Unavailable(`Not all documents for ${this.index} were sent.`);
        const [part, after]: readonly [Piece, Piece | null] = cut(rest, this.pressure.pieceBytes);
        const crowdedOut = await this.sendOnce(part);
        if (crowdedOut === null || this.isSetAside(crowdedOut)) {
          rest = after;
          continue;
        }
        rest = joined(crowdedOut.piece, after);
        await this.pause(crowdedOut.item);
      }
    } catch (error) {
      this.isOver = true;
      throw error;
    }
  }

  /** The large ones that were refused: the others have had their turn. */
  async sendSetAside(): Promise<void> {
    for (let [first] = this.setAside; first !== undefined; [first] = this.setAside) {
      await this.pause(first.item);
      const again: CrowdedOut[] = [];
      for (const { piece } of this.setAside) {
        const crowdedOut = await this.sendOnce(piece);
        if (crowdedOut !== null) again.push(crowdedOut);
      }
      this.setAside = again;
    }
  }

  private isSetAside(crowdedOut: CrowdedOut): boolean {
    const { piece } = crowdedOut;
    if (!isLarge(piece) || this.setAsideBytes + piece.bytes > SET_ASIDE_BYTES_MAX) return false;
    this.setAsideBytes += piece.bytes;
    this.setAside.push(crowdedOut);
    return true;
  }

  /** @returns `null` when everything is done. */
  private async sendOnce(piece: Piece): Promise<CrowdedOut | null> {
    const demand = isLarge(piece) && this.pressure.isSuspect(this.index, piece.ids[0]) ? 'alone' : 'any';
    const send = async () => {
      // Its turn may have been long in coming.
      this.signal?.throwIfAborted();
      return sendPiece(this.client, this.index, piece);
    };
    const { answer, wasAlone } = await this.pressure.inTurn(send, demand);
    switch (answer.kind) {
      case 'items':
        return this.settle(piece, answer.items);
      case 'split': {
        const alone = piece.ids.length === 1 ? piece.ids[0] : undefined;
        if (alone === undefined) for (const half of halvesOf(piece)) await this.send(half);
        else this.refuse(alone, 'Elasticsearch refuses the request with this document alone (400, 413)');
        return null;
      }
      case 'crowded': {
        this.pressure.refused();
        this.refusalsInRow += 1;
        const [id] = piece.ids;
        if (id === undefined || !isLarge(piece)) return { piece, item: answer.item };
        this.pressure.suspect(this.index, id);
        if (!wasAlone || !(await this.isWithoutRoom(id, answer.item))) return { piece, item: answer.item };
        this.refuse(id, noRoomFor(piece, answer.item));
        return null;
      }
    }
  }

  /** Whether it is given up: a large document that is refused alone, over and over, while others are taken. */
  private async isWithoutRoom(id: string, item: BulkItem): Promise<boolean> {
    if (exceedsAlone(item.error?.reason)) return true;
    const { answer: isTaken } = await this.pressure.inTurn(() => takesWrites(this.client, this.index, id));
    return isTaken ? this.pressure.refusedAlone(this.index, id) : this.pressure.refusedWithOthers(this.index, id);
  }

  /** What needs an operator is told before what passes by itself. */
  private settle(piece: Piece, items: readonly BulkItem[]): CrowdedOut | null {
    let waiting: BulkItem | undefined;
    let crowded: BulkItem | undefined;
    const places: number[] = [];
    const settled: string[] = [];
    items.forEach((item, place) => {
      const id = piece.ids[place] ?? '';
      const verdict = verdictOfItem(item);
      switch (verdict) {
        case 'done':
        case 'superseded':
          settled.push(id);
          if (verdict === 'superseded') this.superseded += 1;
          break;
        case 'wait':
          waiting ??= item;
          break;
        case 'crowded':
          crowded ??= item;
          places.push(place);
          break;
        case 'quarantine':
          this.refuse(id, refusalReason(item));
          break;
        case 'stop':
          throw new Error(`${adviceOn(item.status, this.index)} (${describe(item)})`);
      }
    });
    this.pressure.settled(this.index, settled);
    if (waiting !== undefined) throw unavailable(this.index, waiting);
    this.pressure.accepted();
    this.refusalsInRow = 0;
    this.progressAt = this.pressure.time.now();
    if (crowded === undefined) return null;
    this.pressure.refused();
    return { piece: partOf(piece, places), item: crowded };
  }

  private refuse(id: string, reason: string): void {
    this.refused.push({ id, reason });
    this.progressAt = this.pressure.time.now();
  }

  /** Before what was refused is sent again. @throws Unavailable instead, when nothing is taken. */
  private async pause(item: BulkItem): Promise<void> {
    const { progressAt, refusalsInRow } = this;
    const { time } = this.pressure;
    const isStuck =
      progressAt === null || (refusalsInRow >= REFUSALS_IN_ROW_MAX && time.now() - progressAt >= NO_PROGRESS_MS);
    if (isStuck) throw unavailable(this.index, item);
    const ms = backoffMs(Math.max(refusalsInRow, 1), FIRST_PAUSE_MS, PAUSE_MAX_MS);
    await time.sleep(ms, this.signal).catch(() => {});
    this.signal?.throwIfAborted();
  }
}

function isLarge({ ids, bytes }: Piece): boolean {
  return ids.length === 1 && bytes >= LARGE_DOCUMENT_BYTES;
}

/** Asks for a small write at the same place that cannot come true: it is in conflict with whatever is there, or is not. */
async function takesWrites(client: Client, index: string, id: string): Promise<boolean> {
  const action = { index: { _id: id, if_seq_no: Number.MAX_SAFE_INTEGER, if_primary_term: 1 } };
  const body = `${JSON.stringify(action)}\n${JSON.stringify({ [HIDDEN_FIELD]: true })}\n`;
  const answer = await sendPiece(client, index, { ids: [id], body, bytes: body.length });
  return answer.kind === 'items' && answer.items.every((item) => verdictOfItem(item) === 'superseded');
}

function noRoomFor({ bytes }: Piece, { status, error }: BulkItem): string {
  return `Elasticsearch has no room for its ${bytes} bytes, even alone (${error?.type ?? `status ${status}`}): give it more memory`;
}

function unavailable(index: string, item: BulkItem): Unavailable {
  return new Unavailable(`Elasticsearch does not take writes to ${index} now: ${describe(item)}`);
}
