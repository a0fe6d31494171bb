/** When a complete snapshot takes in whom later events erase. */
import { describe, it } from 'vitest';
import { LaterErasures } from '../../../projector/generations/later-erasures.js';
import { until } from '../../until.js';

/** Another process looks after the snapshot all the time. */
const ANOTHERS = async () => false;

async function running(
  isOurs: () => Promise<boolean>,
  work: (erasures: LaterErasures, times: () => number) => unknown,
) {
  let times = 0;
  const erasures = new LaterErasures({
    isOurs,
    catchUp: async () => {
      times += 1;
    },
  });
  const ended = erasures.run();
  await work(erasures, () => times);
  await erasures.stop();
  await ended;
}

describe('erasures that come after a snapshot', () => {
  it('are taken in at once by a process that begins with it, whoever else looks after it', () =>
    running(ANOTHERS, (_, times) => until('the first look', async () => times() === 1)));

  it('are taken in by the process that has folded one, whoever else looks after it', () =>
    running(ANOTHERS, async (erasures, times) => {
      await until('the first look', async () => times() === 1);
      erasures.ask();
      await until('another one', async () => times() === 2);
    }));

  it('are taken in although one is told of while others are', async () => {
    let asked = 0;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const erasures = new LaterErasures({
      isOurs: ANOTHERS,
      catchUp: async () => {
        asked += 1;
        if (asked === 1) await released;
      },
    });
    const ended = erasures.run();
    await until('the first look', async () => asked === 1);
    erasures.ask();
    release();
    await until('the second one', async () => asked === 2);
    await erasures.stop();
    await ended;
  });

  it('are looked for from time to time by the one process whose turn it is', () =>
    running(
      async () => true,
      (_, times) => until('a look that nobody has asked for', async () => times() >= 2),
    ));

  it('keep nobody who stops waiting', async () => {
    await running(ANOTHERS, () => undefined);
  });
});
