/** Conditions as Elasticsearch's filter clauses. */
import type { estypes } from '@elastic/elasticsearch';
import type { Condition } from '../../ports/document-query.js';

export function conditionClause(condition: Condition): estypes.QueryDslQueryContainer {
  switch (condition.kind) {
    case 'anyOf':
      return { terms: { [condition.field]: [...condition.values] } };
    case 'noneOf':
      return { bool: { must_not: [{ terms: { [condition.field]: [...condition.values] } }] } };
    case 'range': {
      const { field, min, max } = condition;
      return {
        range: { [field]: { ...(min === undefined ? {} : { gte: min }), ...(max === undefined ? {} : { lte: max }) } },
      };
    }
    case 'time': {
      const { field, from, to } = condition;
      const bounds = { ...(from === undefined ? {} : { gte: from }), ...(to === undefined ? {} : { lt: to }) };
      return { range: { [field]: { ...bounds, format: 'strict_date_time' } } };
    }
  }
}

/** What meets all of them. */
export function everyClause(conditions: readonly Condition[]): estypes.QueryDslQueryContainer {
  return { bool: { filter: conditions.map(conditionClause) } };
}
