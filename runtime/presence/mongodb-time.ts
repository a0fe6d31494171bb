import { type Db, type Document, MongoServerError } from 'mongodb';

const COMMAND_NOT_FOUND = 59;

/** How the server presents itself; by its former name where the present one is unknown. */
export async function greet(db: Db): Promise<Document> {
  try {
    return await db.command({ hello: 1 });
  } catch (error) {
    if (error instanceof MongoServerError && error.code === COMMAND_NOT_FOUND) return db.command({ isMaster: 1 });
    throw error;
  }
}

/** Its time, in ms since 1970; `null` when it does not tell. */
export async function timeOf(db: Db): Promise<number | null> {
  const { localTime } = await greet(db);
  return localTime instanceof Date ? localTime.getTime() : null;
}
