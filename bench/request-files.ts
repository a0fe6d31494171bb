/** Requests to the stores in files: bodies of `_bulk` as they are sent, lists of MongoDB's documents as JSON. */
import { type FileHandle, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Storage, ViewName } from '../mappings/contract.js';
import { views } from '../mappings/registry.js';

export type StoreName = Storage['store'];

/** What one request holds. */
export interface RequestText {
  readonly text: string;
  readonly documents: number;
}

export interface RecordedRequest {
  readonly view: ViewName;
  readonly documents: number;
  readonly offset: number;
  readonly bytes: number;
}

type Requests = Readonly<Record<StoreName, readonly RecordedRequest[]>>;

const INDEX_FILE = 'index.json';

export function dataFile(folder: string, store: StoreName): string {
  return path.join(folder, `${store}.data`);
}

export async function readIndex(folder: string): Promise<Requests> {
  return JSON.parse(await readFile(path.join(folder, INDEX_FILE), 'utf8')) as Requests;
}

export class RequestFiles {
  private readonly requests: Record<StoreName, RecordedRequest[]> = { elasticsearch: [], mongodb: [] };
  private readonly ends: Record<StoreName, number> = { elasticsearch: 0, mongodb: 0 };

  private constructor(
    private readonly folder: string,
    private readonly files: Readonly<Record<StoreName, FileHandle>>,
  ) {}

  static async begin(folder: string): Promise<RequestFiles> {
    await mkdir(folder, { recursive: true });
    const elasticsearch = await open(dataFile(folder, 'elasticsearch'), 'w');
    return new RequestFiles(folder, { elasticsearch, mongodb: await open(dataFile(folder, 'mongodb'), 'w') });
  }

  async add(view: ViewName, { text, documents }: RequestText): Promise<void> {
    const { store } = views[view].storage;
    const bytes = Buffer.from(text);
    const offset = this.ends[store];
    this.ends[store] += bytes.length;
    this.requests[store].push({ view, documents, offset, bytes: bytes.length });
    // At a place of its own in the file, so that writes may go side by side.
    await this.files[store].write(bytes, 0, bytes.length, offset);
  }

  async end(): Promise<void> {
    await Promise.all([this.files.elasticsearch.close(), this.files.mongodb.close()]);
    await writeFile(path.join(this.folder, INDEX_FILE), JSON.stringify(this.requests));
  }
}
