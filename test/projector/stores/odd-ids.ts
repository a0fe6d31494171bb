/** Ids that the contract allows and that stores, JSON and JavaScript are prone to mistake for something else. */
export const ODD_IDS: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  '$set',
  '$where',
  'a.b.c',
  '.hidden',
  '$.$',
  '客户.3$',
  '苹果手机 🍎',
  'a/b',
  '100%25',
  '"quoted" \\ \'id\'',
  '<b>&amp;</b>',
  ' ',
  '*',
  '_all',
  '0',
  '-1',
  'null',
  'x'.repeat(128),
];

/** Documents, and owners of sums, need not go by ids of aggregates: one may begin as another with a comma does. */
export const ODD_DOCUMENT_IDS: readonly string[] = [...ODD_IDS, 'SF', 'SF, Express', ',', 'SF,2026-11-01'];
