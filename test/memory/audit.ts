import type { AuditEntry, AuditOutcome, AuditTrail } from '../../projector/ports/audit.js';

export class MemoryAuditTrail implements AuditTrail {
  /** Thrown by every call while it is set. */
  failure: Error | null = null;
  private entries: AuditEntry[] = [];

  async begin(entry: AuditEntry): Promise<void> {
    if (this.failure !== null) throw this.failure;
    this.entries.unshift(entry);
  }

  async end(id: string, outcome: AuditOutcome): Promise<void> {
    if (this.failure !== null) throw this.failure;
    this.entries = this.entries.map((entry) => (entry.id === id ? { ...entry, ...outcome } : entry));
  }

  async list(limit: number): Promise<readonly AuditEntry[]> {
    return this.entries.slice(0, limit);
  }
}
