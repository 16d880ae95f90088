// The sandbox's time: as many seconds ahead as it was told, for the stand-ins here and, by the file that their clock reads
// (clock.c), for the programs.

import { closeSync, openSync, writeSync } from 'node:fs';

const now = Date.now;

export class Clock {
  #file;
  #aheadS = 0;

  /** @param {string | undefined} file without one, no time can go by */
  constructor(file) {
    this.#file = file;
    Date.now = () => now() + this.#aheadS * 1000;
  }

  get canLeap() {
    return Boolean(this.#file);
  }

  get aheadS() {
    return this.#aheadS;
  }

  leap(seconds) {
    if (!this.#file) return;
    this.#aheadS += Math.ceil(seconds);
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(this.#aheadS));
    const fd = openSync(this.#file, 'r+');
    writeSync(fd, bytes, 0, 8, 0);
    closeSync(fd);
  }
}
