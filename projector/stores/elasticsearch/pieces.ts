/** A bulk request's worth of documents at a time, as the lines that `_bulk` takes. */
import { HIDDEN_FIELD } from '../../../runtime/records.js';
import type { OutgoingDocument, Ticket } from '../../ports.js';
import type { Pressure } from './pressure.js';

export interface Piece {
  readonly ids: readonly string[];
  readonly body: string;
  readonly bytes: number;
}

export interface BulkLimits {
  readonly pressure: Pressure;
  /** Of one document as JSON. A larger one is refused without being sent. */
  readonly documentBytesMax: number;
}

export interface Refused {
  readonly id: string;
  readonly reason: string;
}

export function halvesOf({ ids, body }: Piece): Piece[] {
  const lines = body.trimEnd().split('\n');
  const half = Math.floor(ids.length / 2);
  return [
    pieceOf(ids.slice(0, half), `${lines.slice(0, half * 2).join('\n')}\n`),
    pieceOf(ids.slice(half), `${lines.slice(half * 2).join('\n')}\n`),
  ];
}

function pieceOf(ids: readonly string[], body: string): Piece {
  return { ids, body, bytes: Buffer.byteLength(body) };
}

/** Made as they are asked for: no more of them are in memory than are in flight. */
export function* piecesOf(
  ticket: Ticket,
  documents: Iterable<OutgoingDocument>,
  { pressure, documentBytesMax }: BulkLimits,
  refuse: (document: Refused) => void,
): Generator<Piece> {
  let ids: string[] = [];
  let body = '';
  let bytes = 0;
  for (const { id, stored } of documents) {
    const source = stored === null ? { [HIDDEN_FIELD]: true } : { ...stored, [HIDDEN_FIELD]: false };
    const lines = `{"index":{"_id":${JSON.stringify(id)},"version":${ticket},"version_type":"external"}}\n${JSON.stringify(source)}\n`;
    const own = Buffer.byteLength(lines);
    if (own > documentBytesMax) {
      refuse({ id, reason: `it has ${own} bytes as JSON; ELASTICSEARCH_DOCUMENT_BYTES_MAX is ${documentBytesMax}` });
      continue;
    }
    // One that is larger goes alone.
    if (ids.length > 0 && bytes + own > pressure.pieceBytes) {
      yield { ids, body, bytes };
      ids = [];
      body = '';
      bytes = 0;
    }
    body += lines;
    bytes += own;
    ids.push(id);
  }
  if (ids.length > 0) yield { ids, body, bytes };
}
