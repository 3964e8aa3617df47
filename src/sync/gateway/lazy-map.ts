/** A map that is made when somebody asks for what is in it: in most runs nobody does. */
export class LazyMap<V> implements ReadonlyMap<string, V> {
  private readonly make: () => ReadonlyMap<string, V>;
  private made: ReadonlyMap<string, V> | undefined;

  constructor(make: () => ReadonlyMap<string, V>) {
    this.make = make;
  }

  private get all(): ReadonlyMap<string, V> {
    return (this.made ??= this.make());
  }

  get size(): number {
    return this.all.size;
  }

  get(key: string): V | undefined {
    return this.all.get(key);
  }

  has(key: string): boolean {
    return this.all.has(key);
  }

  forEach(visit: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    this.all.forEach(visit);
  }

  entries(): MapIterator<[string, V]> {
    return this.all.entries();
  }

  keys(): MapIterator<string> {
    return this.all.keys();
  }

  values(): MapIterator<V> {
    return this.all.values();
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.all[Symbol.iterator]();
  }
}
