// The shared page of shim.c: what a preloaded program is to suffer, and how it goes.

import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { built } from './rig.mjs';

/** As in struct page. */
const FIELDS = ['allocFrom', 'allocAt', 'allocOn', 'allocs', 'failed', 'live', 'diskIsSmall', 'diskLeft', 'clockAheadS', 'noLandlock'];
export const FROM = { main: 1, accept: 2 };

export class Page {
  #fd;

  constructor(path, values = {}) {
    this.#fd = openSync(path, 'w+');
    /** For the program. */
    this.env = { LD_PRELOAD: built('fault/shim.so'), FAULT_PAGE: path };
    for (const name of FIELDS) this.set({ [name]: values[name] ?? 0 });
  }

  set(values) {
    for (const [name, value] of Object.entries(values)) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(value));
      writeSync(this.#fd, bytes, 0, 8, 8 * FIELDS.indexOf(name));
    }
  }

  get(name) {
    const bytes = Buffer.alloc(8);
    readSync(this.#fd, bytes, 0, 8, 8 * FIELDS.indexOf(name));
    return Number(bytes.readBigInt64LE());
  }

  close() {
    closeSync(this.#fd);
  }
}
