interface Client {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/** Connects when it is first used, and anew after a use that failed: whoever leads may be another by then. */
export class LastingConnection<Kind extends Client> {
  #open: { readonly client: Kind; readonly ready: Promise<void> } | null = null;

  /** @param prepare what else there is to do before the first use */
  constructor(
    private readonly create: () => Kind,
    private readonly prepare: (client: Kind) => Promise<void> = async () => {},
  ) {}

  /** @param isHarmless failures that say nothing against the connection */
  async use<Answer>(
    work: (client: Kind) => Promise<Answer>,
    isHarmless: (error: unknown) => boolean = () => false,
  ): Promise<Answer> {
    this.#open ??= this.#connect();
    const open = this.#open;
    try {
      await open.ready;
      return await work(open.client);
    } catch (error) {
      if (this.#open === open && !isHarmless(error)) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    // Also when it was not ready: a client that got half way is connected.
    await open?.ready.catch(() => undefined);
    await open?.client.disconnect();
  }

  #connect() {
    const client = this.create();
    return { client, ready: client.connect().then(() => this.prepare(client)) };
  }
}
