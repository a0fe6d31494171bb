/** A bulk request's worth of documents at a time, as the lines that `_bulk` takes. */
import type { StoredDocument } from '../../../mappings/contract.js';
import {
  FIELDS_NOT_READ,
  HIDDEN_FIELD,
  LARGE_DOCUMENT_CHARACTERS,
  STORED_BYTES_FIELD,
} from '../../../runtime/storage/records.js';
import type { OutgoingDocument } from '../../ports/documents.js';
import type { Ticket } from '../../ports/tickets.js';
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

export function halvesOf(piece: Piece): [Piece, Piece] {
  const documents = documentsOf(piece);
  const half = Math.floor(documents.length / 2);
  return [pieceOf(documents.slice(0, half)), pieceOf(documents.slice(half))];
}

/** As many from the beginning as have so many bytes, one at least, and the others. */
export function cut(piece: Piece, bytesMax: number): readonly [first: Piece, others: Piece | null] {
  if (piece.bytes <= bytesMax || piece.ids.length === 1) return [piece, null];
  const documents = documentsOf(piece);
  let bytes = 0;
  const place = documents.findIndex(({ lines }) => {
    bytes += Buffer.byteLength(lines);
    return bytes > bytesMax;
  });
  const count = Math.max(place, 1);
  return [pieceOf(documents.slice(0, count)), pieceOf(documents.slice(count))];
}

export function joined(first: Piece, others: Piece | null): Piece {
  if (others === null) return first;
  return {
    ids: [...first.ids, ...others.ids],
    body: first.body + others.body,
    bytes: first.bytes + others.bytes,
  };
}

/** The documents at these places. */
export function partOf(piece: Piece, places: readonly number[]): Piece {
  const documents = documentsOf(piece);
  return pieceOf(places.flatMap((place) => documents[place] ?? []));
}

interface PieceDocument {
  readonly id: string;
  /** The two that `_bulk` takes, each with its end. */
  readonly lines: string;
}

function documentsOf({ ids, body }: Piece): PieceDocument[] {
  const lines = body.split('\n');
  return ids.map((id, i) => ({ id, lines: `${lines[2 * i]}\n${lines[2 * i + 1]}\n` }));
}

function pieceOf(documents: readonly PieceDocument[]): Piece {
  const body = documents.map(({ lines }) => lines).join('');
  return { ids: documents.map(({ id }) => id), body, bytes: Buffer.byteLength(body) };
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
    const lines = `{"index":{"_id":${JSON.stringify(id)},"version":${ticket},"version_type":"external"}}\n${sourceOf(stored)}\n`;
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

function sourceOf(stored: StoredDocument | null): string {
  if (stored === null) return JSON.stringify({ [HIDDEN_FIELD]: true });
  const source = JSON.stringify({ ...stored, [HIDDEN_FIELD]: false });
  if (source.length <= LARGE_DOCUMENT_CHARACTERS) return source;
  const notRead = JSON.stringify(Object.fromEntries(FIELDS_NOT_READ.map((field) => [field, stored[field]])));
  const bytes = Buffer.byteLength(source) - Buffer.byteLength(notRead);
  return `${source.slice(0, -1)},"${STORED_BYTES_FIELD}":${bytes}}`;
}
