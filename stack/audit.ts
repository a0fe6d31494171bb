/**
 * `npm run audit`: known vulnerabilities of the packages of production, as the registry tells them. Ends with 1 when there
 * are any of level high or worse. Registries without that service, and none at all, are no finding: it says so and ends with 0.
 */
import { spawnSync } from 'node:child_process';
import { PROJECT_FOLDER } from './folders.js';

const LEVEL = 'high';

interface AuditReport {
  readonly auditReportVersion?: number;
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
}

const { status, stdout, stderr } = spawnSync(
  'npm',
  ['audit', '--package-lock-only', '--omit=dev', `--audit-level=${LEVEL}`, '--json'],
  { cwd: PROJECT_FOLDER, encoding: 'utf8', shell: process.platform === 'win32' },
);
const report = reportIn(stdout ?? '');
if (report.auditReportVersion === undefined) {
  process.stdout.write(
    `The registry does not tell of vulnerabilities (${report.message ?? stderr?.trim().split('\n')[0] ?? 'npm does not run'}): nothing was checked.\n`,
  );
} else {
  const found = Object.entries(report.vulnerabilities ?? {});
  for (const [name, { severity, range }] of found) process.stdout.write(`${severity.padEnd(10)} ${name} ${range}\n`);
  const worse =
    status === 0 ? `none of level ${LEVEL} or worse` : `some of level ${LEVEL} or worse: see npm audit --omit=dev`;
  process.stdout.write(`Vulnerable packages of production: ${found.length}, ${worse}.\n`);
  process.exitCode = status === 0 ? 0 : 1;
}

function reportIn(text: string): AuditReport {
  try {
    return JSON.parse(text) as AuditReport;
  } catch {
    // npm itself has failed.
    return {};
  }
}
