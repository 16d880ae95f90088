// Chance that a seed can have again.

/** mulberry32: 0 to below n. */
export function dice(seed) {
  let a = seed;
  return (n) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** Brings a list into an order of chance, and returns it. */
export function shuffle(list, chance) {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = chance(i + 1);
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}
