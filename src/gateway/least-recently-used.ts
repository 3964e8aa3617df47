/** Keeps what was asked for last, up to `most` in the sum of what its values weigh. */
export class LeastRecentlyUsed<Value> {
  readonly #most: number;
  #weight = 0;
  // A Map keeps the order of insertion: the first is what was not asked for the longest.
  readonly #kept = new Map<string, { readonly value: Value; readonly weight: number }>();

  constructor(most: number) {
    this.#most = most;
  }

  get weight(): number {
    return this.#weight;
  }

  get(key: string): Value | undefined {
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found.value;
  }

  /** What weighs more than all that may be kept is not. */
  set(key: string, value: Value, weight: number): void {
    this.#drop(key);
    if (weight > this.#most) return;
    this.#kept.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#kept.keys()) {
      if (this.#weight <= this.#most) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const found = this.#kept.get(key);
    if (found === undefined) return;
    this.#kept.delete(key);
    this.#weight -= found.weight;
  }
}
