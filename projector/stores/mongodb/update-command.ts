import { BSON, type Db, type Document, MongoNetworkError } from 'mongodb';
import { Unavailable } from '../../ports/errors.js';
import { withMongo } from './connection.js';
import { ITEM_VERDICTS, verdictOfFailure, verdictOfItem } from './verdicts.js';

/** Outcomes by the place of the update in the command. */
export interface UpdateOutcome {
  /** Records matched or inserted. */
  readonly matched: number;
  readonly collided: readonly number[];
  /** With a reason that quotes no content. */
  readonly refused: readonly (readonly [place: number, reason: string])[];
}

interface UpdateReply {
  readonly n: number;
  readonly writeErrors?: readonly WriteError[];
}

interface WriteError {
  readonly index: number;
  readonly code: number;
  readonly codeName?: string;
}

/** A record may have so much, and so may a command but for some room that the server leaves for what is around it. */
const COMMAND_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The `update` command itself, unordered: the driver's bulk interface serializes every operation twice. `split`: the
 * command is too large. What each outcome means stands in verdicts.ts.
 * @throws Unavailable when the server does not take writes now, or has not confirmed them.
 */
export async function sendUpdates(
  db: Db,
  collection: string,
  updates: readonly Document[],
): Promise<UpdateOutcome | 'split'> {
  const command = { update: collection, updates, ordered: false, writeConcern: { w: 'majority' } };
  const reply = await withMongo(`write to ${collection}`, async () => {
    try {
      return (await db.command(command)) as UpdateReply;
    } catch (error) {
      if (verdictOfFailure(error) === 'split' || isHungUpOn(error, command)) return 'split';
      throw error;
    }
  });
  return reply === 'split' ? 'split' : settle(reply, collection);
}

/** A server may close the connection on a command that is too large: without looking, it would be sent for ever. */
function isHungUpOn(error: unknown, command: Document): boolean {
  return error instanceof MongoNetworkError && BSON.calculateObjectSize(command) > COMMAND_BYTES_MAX;
}

/** What needs an operator is told before what passes by itself. */
function settle({ n, writeErrors = [] }: UpdateReply, collection: string): UpdateOutcome {
  const collided: number[] = [];
  const refused: (readonly [number, string])[] = [];
  let unavailable: Unavailable | null = null;
  for (const error of writeErrors) {
    switch (verdictOfItem(error.code)) {
      case 'superseded':
        collided.push(error.index);
        break;
      case 'wait':
        unavailable ??= new Unavailable(`MongoDB does not take writes to ${collection} now: ${describe(error)}`);
        break;
      case 'quarantine':
        refused.push([error.index, describe(error)]);
        break;
      case 'stop':
        throw new Error(
          `MongoDB does not allow writes to ${collection}: check the credentials in MONGODB_URL and what they permit ` +
            `(${describe(error)}).`,
        );
    }
  }
  if (unavailable !== null) throw unavailable;
  return { matched: n, collided, refused };
}

/** Without MongoDB's own sentence, which may quote the record. */
function describe({ code, codeName }: WriteError): string {
  const because = ITEM_VERDICTS.find(({ codes }) => codes.includes(code))?.because;
  const name = codeName === undefined ? `code ${code}` : `code ${code}, ${codeName}`;
  return because === undefined ? name : `${because} (${name})`;
}
