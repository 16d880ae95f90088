// Which of a row's points are tried: all of them, or so many, drawn by a seed and the row's name, so that the same seed
// tries the same points again. A row that has no more than that takes all.

import { createHash } from 'node:crypto';

/** How far the number of points may differ from one run to the next: a call that is interrupted is made twice. */
const SLACK = 1.02;
const SLACK_POINTS = 5;

const number = (n) => n.toLocaleString('en');

/** So many of 1 to `total`, in their order. */
function drawn(total, n, seed) {
  const rank = (at) => createHash('sha256').update(`${seed}\n${at}`).digest('hex');
  return Array.from({ length: total }, (_, i) => ({ at: i + 1, rank: rank(i + 1) }))
    .sort((a, b) => a.rank < b.rank ? -1 : 1).slice(0, n).map(({ at }) => at).sort((a, b) => a - b);
}

export class Sample {
  #tried = 0;
  #total = 0;

  /** @param {{ points: number, seed: string, name: string }} how `points`: how many of the row's; Infinity: each of them */
  constructor({ points, seed, name }) {
    Object.assign(this, { points, seed, name });
  }

  /**
   * @param {number} total how many there are, as a run in peace has shown
   * @param {string} [way] where the same points are tried in several ways: which
   * @param {number} [ways] how many ways; they share the row's number
   * @returns {number[]} the chosen ones; some at the end may turn out not to be there
   */
  choose(total, way = '', ways = 1) {
    this.#total += total;
    const n = Math.ceil(this.points / ways);
    if (n < total) return drawn(total, n, `${this.seed}\n${this.name}\n${way}`);
    return Array.from({ length: Math.ceil(total * SLACK) + SLACK_POINTS }, (_, i) => i + 1);
  }

  /** Counts a point, if it was there. */
  count(isReached) {
    this.#tried += isReached ? 1 : 0;
  }

  /** For the table. `each`: how many points there are at one of the chosen places */
  text(each = 1) {
    if (this.#tried === 0) throw new Error('no point was tried');
    if (this.points >= this.#total) return number(this.#tried * each);
    return `${number(this.#tried * each)} of ${number(this.#total * each)} by seed ${this.seed}`;
  }
}
