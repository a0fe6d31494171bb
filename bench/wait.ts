import type { Service } from '../stack/process.js';
import { endedEarly } from '../stack/process.js';

/**
 * Asks again after every `stepMs` until the answer is yes.
 * @throws StackFailure when the service ends before.
 */
export async function until(service: Service, stepMs: number, probe: () => Promise<boolean>): Promise<void> {
  while (!(await probe())) {
    if (!service.isRunning) throw endedEarly(service, await service.exited);
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
}
