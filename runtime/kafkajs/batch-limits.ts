/**
 * What one batch of records may take once it is inflated: a megabyte in Kafka can be a gigabyte in memory. They hold for
 * the process, as what is replaced in kafkajs does.
 */

export interface BatchLimits {
  /** Of the records of one batch, inflated. One fetch is inflated up to about twice as much, however many batches it brings. */
  readonly bytesMax: number;
  /** Each record takes some hundred bytes of its own, however small it is. */
  readonly recordsMax: number;
  /** Of all its records together: two bytes in Kafka are about two hundred in memory. */
  readonly headersMax: number;
}

export const DEFAULT_BATCH_LIMITS: BatchLimits = {
  bytesMax: 64 * 1024 * 1024,
  recordsMax: 250_000,
  headersMax: 500_000,
};

/** The part of the settings that says so, which is the same in both processes. */
export interface BatchSettings {
  readonly KAFKA_BATCH_BYTES_MAX: number;
  readonly KAFKA_BATCH_RECORDS_MAX: number;
  readonly KAFKA_BATCH_HEADERS_MAX: number;
}

export function batchLimitsIn(settings: BatchSettings): BatchLimits {
  return {
    bytesMax: settings.KAFKA_BATCH_BYTES_MAX,
    recordsMax: settings.KAFKA_BATCH_RECORDS_MAX,
    headersMax: settings.KAFKA_BATCH_HEADERS_MAX,
  };
}

/** Of one record; beyond them no header is read. CloudEvents and tracing take about twenty. */
export const RECORD_HEADERS_MAX = 1_000;

/** A batch that is not taken apart. The message says which limit it exceeds, and how it is raised. */
export class BatchTooLarge extends Error {
  override readonly name = 'BatchTooLarge';

  static inBytes(bytesMax: number): BatchTooLarge {
    return new BatchTooLarge(
      `its records take more than ${bytesMax} bytes (KAFKA_BATCH_BYTES_MAX) once they are inflated`,
    );
  }

  static inRecords(recordsMax: number): BatchTooLarge {
    return new BatchTooLarge(`it has more than ${recordsMax} records (KAFKA_BATCH_RECORDS_MAX)`);
  }

  static inHeaders(headersMax: number): BatchTooLarge {
    return new BatchTooLarge(`its records have more than ${headersMax} headers together (KAFKA_BATCH_HEADERS_MAX)`);
  }

  static inWindow(bytes: number, bytesMax: number): BatchTooLarge {
    return new BatchTooLarge(`inflating it takes a window of ${bytes} bytes, where at most ${bytesMax} are given`);
  }
}

let limits = DEFAULT_BATCH_LIMITS;

/** From now on, for all that this process fetches. */
export function limitBatches(changed: BatchLimits): void {
  limits = changed;
}

export function batchLimits(): BatchLimits {
  return limits;
}
