/** The client of the query API: `import { ReadModelClient } from 'read-model-projector/client'`. */
export * from './client.js';
export { ApiProblem, ApiTimeout, type ProblemCode } from './problem.js';
export type * from './types.js';
