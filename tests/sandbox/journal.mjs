// A list that can be waited on: what has happened, and a promise of what is about to.

import { EventEmitter } from 'node:events';

/**
 * How long a test waits for what is going to happen. Nobody waits that long where all is well, so it is what a loaded
 * machine may need, and says nothing of speed. Who runs tests that are going to fail sets ADMIT_PATIENCE_MS.
 */
export const PATIENCE_MS = Number(process.env.ADMIT_PATIENCE_MS || 20_000);

/** Emits 'add' (item) for each new item and 'change' (item) when one of them is amended. */
export class Journal extends EventEmitter {
  items = [];

  constructor() {
    super();
    this.setMaxListeners(0);
  }

  add(item) {
    this.items.push(item);
    this.emit('add', item);
    return item;
  }

  amend(item, news) {
    Object.assign(item, news);
    this.emit('change', item);
  }

  /**
   * The first item that the predicate holds for, now or later, be it new or amended. `from` is an index into `items`:
   * pass `items.length`, taken before the deed, to look at new items only.
   */
  waitFor(predicate, timeoutMs = PATIENCE_MS, from = 0) {
    const found = this.items.slice(from).find(predicate);
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.off('add', look).off('change', look);
      };
      const look = (item) => {
        if (this.items.indexOf(item, from) < 0 || !predicate(item)) return;
        stop();
        resolve(item);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`waited ${timeoutMs} ms for ${predicate}; ${this.items.length} items so far`));
      }, timeoutMs);
      this.on('add', look).on('change', look);
    });
  }
}

/** Notes in the journal's item how the request ended: the status and how long it took. */
export function noteEnd(journal, item, res, startedMs = Date.now()) {
  res.once('close', () => journal.amend(item, {
    status: res.writableFinished ? res.statusCode : 0,
    ms: Date.now() - startedMs,
  }));
}
