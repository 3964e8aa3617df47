import type { WireRecord } from '../../sync/wire/frames.ts';
import { limits } from '../../sync/wire/limits.ts';
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
    // Of empty files alone it is an empty one: a manifest names no object that is not there.
    if (this.#pieces.length === 0) return;
    void this.#put(this.#key, joined(this.#pieces));
    this.#key = this.#newKey();
    this.#pieces = [];
    this.#size = 0;
  }

  /** Puts a pack that was made elsewhere. Gives its name, and when the store has it. */
  putWhole(bytes: Uint8Array): { readonly key: string; readonly stored: Promise<void> } {
    const key = this.#newKey();
    return { key, stored: this.#put(key, bytes) };
  }

  #put(key: string, bytes: Uint8Array): Promise<void> {
    const put = this.#home.store.put(key, bytes);
    // Looked at in `stored`, which may be never called, or late.
    put.catch(() => undefined);
    this.#puts.set(key, put);
    return put;
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

/** Lays contents into frames of full size, and these into packs. */
export class FrameWriter {
  readonly packs: PackWriter;
  readonly #home: Home;
  readonly #frames: Frame[] = [];
  #pieces: Uint8Array[] = [];
  #rawSize = 0;

  constructor(home: Home, newKey: () => string) {
    this.#home = home;
    this.packs = new PackWriter(home, newKey);
  }

  /** Where the content will lie: its frame, counted from 0, and from which byte of it on. */
  add(content: Uint8Array): { readonly frame: number; readonly at: number } {
    if (this.#rawSize + content.length > limits.frame) this.#close();
    const place = { frame: this.#frames.length, at: this.#rawSize };
    this.#pieces.push(content);
    this.#rawSize += content.length;
    return place;
  }

  /** What comes next is in another frame, if this one has `atLeast` bytes. */
  cut(atLeast: number): void {
    if (this.#rawSize >= atLeast) this.#close();
  }

  /** Puts what is left, and gives all frames. */
  finish(): readonly Frame[] {
    this.#close();
    this.packs.flush();
    return this.#frames;
  }

  #close(): void {
    if (this.#pieces.length === 0) return;
    const rawSize = this.#rawSize;
    const { codec, bytes } = this.#home.platform.compress(joined(this.#pieces), 'contents');
    this.#frames.push(
      this.packs.add({ header: { kind: 'frame', codec, size: bytes.length, rawSize }, payload: bytes }),
    );
    this.#pieces = [];
    this.#rawSize = 0;
  }
}
