/** How many streams there may be at a time, in all and of each caller. */
export interface SeatLimits {
  readonly max: number;
  readonly perCallerMax: number;
}

export type Seat =
  | { readonly kind: 'taken'; readonly release: () => void }
  | { readonly kind: 'refused'; readonly by: keyof SeatLimits };

export class Seats {
  readonly #limits: SeatLimits;
  readonly #byCaller = new Map<string, number>();
  #count = 0;

  constructor(limits: SeatLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  take(caller: string): Seat {
    const own = this.#byCaller.get(caller) ?? 0;
    if (own >= this.#limits.perCallerMax) return { kind: 'refused', by: 'perCallerMax' };
    if (this.#count >= this.#limits.max) return { kind: 'refused', by: 'max' };
    this.#count += 1;
    this.#byCaller.set(caller, own + 1);
    let isTaken = true;
    const release = () => {
      if (!isTaken) return;
      isTaken = false;
      this.#count -= 1;
      const left = (this.#byCaller.get(caller) ?? 1) - 1;
      if (left === 0) this.#byCaller.delete(caller);
      else this.#byCaller.set(caller, left);
    };
    return { kind: 'taken', release };
  }
}
