import type { FindCursor } from 'mongodb';

/** Shows each record, batch by batch as the server sends them: one has 16 MB at most. Ends when `visit` throws. */
export async function visitEach<Found>(cursor: FindCursor<Found>, visit: (record: Found) => void): Promise<void> {
  try {
    while (await cursor.hasNext()) for (const record of cursor.readBufferedDocuments()) visit(record);
  } finally {
    await cursor.close();
  }
}
