import type { WireRecord } from '../../sync/wire/frames.ts';
import type { Frame } from '../../sync/wire/manifest.ts';
import type { Home } from '../ports.ts';
import { joined } from './bytes.ts';

/** A pack goes to the store once it has this, while the rest of the body is still on its way. */
const packAt = 6 * 1024 * 1024;

/** Lays frames one after the other into packs. */
export class PackWriter {
  readonly #home: Home;
  readonly #newKey: () => string;
  #key: string;
  #size = 0;
  #pieces: Uint8Array[] = [];
  readonly #puts = new Map<string, Promise<void>>();

  constructor(home: Home, newKey: () => string) {
    this.#home = home;
    this.#newKey = newKey;
    this.#key = newKey();
  }

  add({ header, payload }: WireRecord): Frame {
    const { codec, size, rawSize } = header;
    const frame: Frame = { pack: this.#key, at: this.#size, size, rawSize, codec };
    this.#pieces.push(payload);
    this.#size += size;
    if (this.#size >= packAt) this.flush();
    return frame;
  }

  /** Puts what is left. */
  flush(): void {
    if (this.#size === 0) return;
    const bytes = joined(this.#pieces, this.#size);
    const put = this.#home.store.put(this.#key, bytes, { contentType: 'application/octet-stream' });
    // Looked at in `stored`, which may be never called, or late.
    put.catch(() => undefined);
    this.#puts.set(this.#key, put);
    this.#key = this.#newKey();
    this.#pieces = [];
    this.#size = 0;
  }

  stored(): Promise<unknown> {
    const all = Promise.all(this.#puts.values());
    all.catch(() => undefined);
    return all;
  }

  /** A removal that fails leaves an object that nothing names: no harm. */
  async discard(): Promise<void> {
    await Promise.allSettled(
      [...this.#puts].map(async ([key, put]) => {
        await put.catch(() => undefined);
        await this.#home.store.remove(key);
      }),
    );
  }
}
