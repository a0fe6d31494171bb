/**
 * What an answer of a store means for the documents it is about. Each store has one table that leads from its answers
 * to these, and no other place decides:
 *
 * * `done`: written.
 * * `superseded`: another writer was ahead with this or a higher ticket or version; as good as written.
 * * `wait`: passes by itself. It becomes `Unavailable`, and the pipeline repeats the step after a pause.
 * * `crowded`: refused for want of room. What was refused is sent again, less at a time, while others are taken; a large
 *   document that is refused alone, again and again, while others are taken is quarantined.
 * * `quarantine`: this document is refused for good, whenever it is sent. It is recorded, and the rest goes on.
 * * `split`: the request as a whole is refused for what is in it. It goes again in halves, and a document that is
 *   refused alone is quarantined.
 * * `stop`: nothing would help but an operator. The process ends with a sentence.
 */
export type Verdict = 'done' | 'superseded' | 'wait' | 'crowded' | 'quarantine' | 'split' | 'stop';

/** Of a request as a whole that was not carried out. */
export type FailureVerdict = Extract<Verdict, 'wait' | 'crowded' | 'split' | 'stop'>;
/** Of one document of a request that was answered. */
export type ItemVerdict = Exclude<Verdict, 'split'>;
