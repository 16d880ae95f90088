// Questions to a ledger in a file, which is opened anew for each and closed after, as by a program that is started for it.
import { Kept } from './kept.mjs';

const program = new Kept('sqlite3 -batch', '.print');

/** What sqlite3 prints for a statement or several, without the last end of line; throws what it has to object. */
export const sqlite = (file, statement, { readonly = false } = {}) =>
  program.ask(`.open ${readonly ? '-readonly ' : ''}"${file}"\n.timeout 5000\n${statement}\n;\n.open :memory:`);
