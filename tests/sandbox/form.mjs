// Decodes a form body whose keys nest, as Stripe's API takes them: a[b][0][c]=v.

/**
 * @param {string} text
 * @returns {Record<string, any>} objects and arrays of strings; a later key wins over an equal one
 */
export function decodeForm(text) {
  // Maps, because a key of the sender's choice (`__proto__`) is only data there.
  const root = new Map();
  for (const [key, value] of new URLSearchParams(text)) put(root, pathOf(key), value);
  return plain(root);
}

/** 'a[b][]' is ['a', 'b', '']. */
function pathOf(key) {
  const bracket = key.indexOf('[');
  if (bracket <= 0 || !key.endsWith(']')) return [key];
  return [key.slice(0, bracket), ...key.slice(bracket + 1, -1).split('][')];
}

function put(map, [head, ...rest], value) {
  const key = head === '' ? String(map.size) : head;
  if (rest.length === 0) {
    map.set(key, value);
    return;
  }
  if (!(map.get(key) instanceof Map)) map.set(key, new Map());
  put(map.get(key), rest, value);
}

/** Keys 0, 1, 2 … without a gap make an array, all others an object. */
function plain(node) {
  if (!(node instanceof Map)) return node;
  const isArray = node.size > 0 && [...node.keys()].every((key, i) => key === String(i));
  const entries = [...node].map(([key, child]) => [key, plain(child)]);
  return isArray ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}
