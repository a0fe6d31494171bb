/** What a projector tells about itself at /metrics. */
export interface ProjectorMetrics {
  /** Documents sent, whatever became of them. */
  readonly documents: number;
  readonly documentsByView: readonly { readonly view: string; readonly outcome: string; readonly count: number }[];
  readonly stages: readonly StageTime[];
}

export interface StageTime {
  readonly stage: string;
  readonly seconds: number;
  readonly runs: number;
}

export async function readMetrics(admin: string): Promise<ProjectorMetrics> {
  const samples = samplesOf(await (await fetch(`${admin}/metrics`)).text());
  const named = (name: string) => samples.filter((sample) => sample.name === name);
  const documentsByView = named('projector_documents_total')
    .map(({ labels, value }) => ({
      view: labels.get('view') ?? '',
      outcome: labels.get('outcome') ?? '',
      count: value,
    }))
    .filter(({ count }) => count > 0);
  const runs = new Map(named('projector_stage_runs_total').map(({ labels, value }) => [labels.get('stage'), value]));
  return {
    documents: totalOf(documentsByView),
    documentsByView,
    stages: named('projector_stage_seconds_total').map(({ labels, value }) => {
      const stage = labels.get('stage') ?? '';
      return { stage, seconds: value, runs: runs.get(stage) ?? 0 };
    }),
  };
}

/** What happened between two readings. */
export function spentBetween(before: ProjectorMetrics, after: ProjectorMetrics): ProjectorMetrics {
  const documentsByView = after.documentsByView.map(({ view, outcome, count }) => {
    const earlier = before.documentsByView.find((one) => one.view === view && one.outcome === outcome);
    return { view, outcome, count: count - (earlier?.count ?? 0) };
  });
  return {
    documents: totalOf(documentsByView),
    documentsByView,
    stages: after.stages.map(({ stage, seconds, runs }) => {
      const earlier = before.stages.find((one) => one.stage === stage);
      return { stage, seconds: seconds - (earlier?.seconds ?? 0), runs: runs - (earlier?.runs ?? 0) };
    }),
  };
}

function totalOf(documentsByView: ProjectorMetrics['documentsByView']): number {
  return documentsByView.reduce((sum, { count }) => sum + count, 0);
}

interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** The lines of Prometheus' text format; labels of ours have no quotes in them. */
function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const parts = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (parts === null) return [];
    const [, name = '', labels = '', value] = parts;
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', label = '']): [string, string] => [
      key,
      label,
    ]);
    return [{ name, labels: new Map(pairs), value: Number(value) }];
  });
}
