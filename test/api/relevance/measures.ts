/** How good a ranking is, between 0 and 1. */

const CUT = 5;

/** Gains grow with the grade and shrink with the place; 1 is the best order that the grades allow. */
export function ndcg(found: readonly string[], grades: Readonly<Record<string, number>>): number {
  const ideal = gain(Object.values(grades).sort((a, b) => b - a));
  return gain(found.map((id) => grades[id] ?? 0)) / ideal;
}

function gain(grades: readonly number[]): number {
  return grades.slice(0, CUT).reduce((sum, grade, i) => sum + (2 ** grade - 1) / Math.log2(i + 2), 0);
}

/** Whether what comes first is what was meant, as far as there is such a thing. */
export function precisionAt1([first]: readonly string[], grades: Readonly<Record<string, number>>): number {
  return first !== undefined && grades[first] === Math.max(...Object.values(grades)) ? 1 : 0;
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}
