// How much may be in hand at once: whoever comes first is let in first, and what is larger than the room comes in alone.

export class Room {
  readonly #size: number;
  readonly #waiting: { readonly amount: number; readonly enter: () => void }[] = [];
  #taken = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Waits until there is room for so much. @returns what gives it back, once */
  async take(amount: number): Promise<() => void> {
    const entered = new Promise<void>((enter) => this.#waiting.push({ amount, enter }));
    this.#letIn();
    await entered;
    return () => {
      this.#taken -= amount;
      this.#letIn();
    };
  }

  #letIn(): void {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || (this.#taken > 0 && this.#taken + next.amount > this.#size)) return;
      this.#waiting.shift();
      this.#taken += next.amount;
      next.enter();
    }
  }
}
