/** One of the servers that a process cannot work without. */
export interface Server {
  readonly name: 'Kafka' | 'Elasticsearch' | 'MongoDB';
  /** The variable that says where it is. */
  readonly setting: string;
  /** Without secrets. */
  readonly address: string;
  /**
   * Resolves when it answers and takes the credentials.
   * @throws SettingsError when no waiting will help, and any other error when it is away.
   */
  probe(): Promise<void>;
}

/** How long a probe waits for each step of its way. */
export const PROBE_TIMEOUT_MS = 3_000;

/** What is away, where, by which setting, and why. */
export function absence({ name, setting, address }: Server, why: string): string {
  return `${name} does not answer at ${address} (${setting}): ${why}`;
}
