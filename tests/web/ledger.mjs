// Where an Admit under test keeps its ledger: in a file of its folder or, where ADMIT_TEST_DATABASE names a PostgreSQL
// server (tests/postgres.sh starts one), in a database of its own there. Both can be looked into, and brought into trouble.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { Kept } from './kept.mjs';
import { Pooler } from './pooler.mjs';
import { sqlite } from './sqlite.mjs';

const SERVER = process.env.ADMIT_TEST_DATABASE;
/** A server is asked for no password here, so any will do to see where it shows up. */
const PASSWORD = 'passwordOfTheWebTests';
/** 'pooled': behind a pooler of transactions; 'plain': in the schema that the server opens with. */
const HOW = process.env.ADMIT_TEST_LEDGER;
const SCHEMA = HOW === 'plain' ? 'public' : 'shop';

/** Whether ledgers are a server's, but for those that a test wants in a file. */
export const ON_POSTGRES = SERVER !== undefined;

/** For tests that are about the file that a ledger may be. */
export const OF_A_FILE = { skip: ON_POSTGRES && 'about a ledger in a file' };
/** For those in which the next worker takes over at once what a killed one had: of a file there is but one. */
export const OF_ONE_WORKER = { skip: ON_POSTGRES && 'other machines may have a worker, so that a lease lasts: many.test.mjs' };

/** One for all ledgers of a test file. */
let pooler;

function pooled(at) {
  pooler ??= new Pooler(new URL(SERVER.replace('@/', '@none/')).searchParams.get('host'));
  return at.replace(/host=.*/, `host=${pooler.dir}`);
}

const rows = (text) => text.split('\n').filter(Boolean).map((row) => row.split('|'));

/** Starts a program that locks the ledger by what is said to it. @returns a function that lets go, and waits for that */
async function holding(program, args, begin) {
  const holder = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  holder.stdin.write(begin);
  await once(holder.stdout, 'data');
  return async () => {
    const over = once(holder, 'exit');
    holder.stdin.end('COMMIT;\n');
    await over;
  };
}

/** What SQLite's readers see a ledger's state by: the head of the index of its log, which counts each commit. Nothing where there is none. */
function stateOf(file) {
  try {
    return readFileSync(`${file}-shm`).latin1Slice(0, 136);
  } catch {
    return undefined;
  }
}

class FileLedger {
  secrets = [];
  /** What it was asked in its present state: who waits for something asks the same again and again. */
  #answers = new Map();
  #state;
  /** Whoever has the file open goes on with it, wherever it is. */
  outlivesLoss = true;

  constructor(dir, name) {
    this.dir = dir;
    this.file = path.join(dir, name);
    this.settings = { DATABASE_URL: `sqlite:${this.file}` };
  }

  sql(query) {
    const state = stateOf(this.file);
    if (state === undefined || state !== this.#state) this.#answers.clear();
    this.#state = state;
    if (!this.#answers.has(query)) this.#answers.set(query, sqlite(this.file, query, { readonly: true }));
    return rows(this.#answers.get(query));
  }

  write(statement) {
    sqlite(this.file, statement);
  }

  /** The names of all tables that hold something of a shop. */
  tables() {
    return this.sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'chunk%'").map(([name]) => name);
  }

  /** Nothing comes into the table any more. */
  refuse(table) {
    this.write(`CREATE TRIGGER refuses BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'no'); END`);
  }

  allow() {
    this.write('DROP TRIGGER refuses');
  }

  /** What is put off of that kind is due at once, and has been tried often. */
  hasten(kind) {
    this.write(`CREATE TRIGGER haste AFTER UPDATE OF due_ms ON jobs WHEN new.kind = ${kind} AND new.lease_ms = 0
      BEGIN UPDATE jobs SET due_ms = 1, attempts = MAX(attempts, 6) WHERE id = new.id; END`);
  }

  hold() {
    return holding('sqlite3', ['-bail', this.file], '.timeout 5000\nBEGIN EXCLUSIVE;\nSELECT 1;\n');
  }

  #move(from, to) {
    for (const tail of ['', '-wal', '-shm'])
      try { renameSync(`${from}${tail}`, `${to}${tail}`); } catch { /* there is none */ }
  }

  /** A folder is in its place then. */
  lose() {
    this.#move(this.file, `${this.dir}/kept`);
    mkdirSync(this.file);
  }

  find() {
    rmdirSync(this.file);
    this.#move(`${this.dir}/kept`, this.file);
  }

  /** All that it holds: [where, text], byte by byte. */
  held() {
    return readdirSync(this.dir, { withFileTypes: true }).filter((file) => file.isFile() && /\.db/.test(file.name))
      .map(({ name }) => [name, readFileSync(path.join(this.dir, name), 'latin1')]);
  }

  remove() { /* it goes with its folder */ }
}

class ServerLedger {
  secrets = [PASSWORD];
  outlivesLoss = false;

  constructor(dir) {
    this.name = path.basename(dir).toLowerCase().replaceAll(/\W/g, '_');
    this.at = SERVER.replace('/unit?', `/${this.name}?`);
    this.#admin(`CREATE DATABASE ${this.name} TEMPLATE web`);
    this.settings = {
      DATABASE_URL: (HOW === 'pooled' ? pooled(this.at) : this.at).replace('@', `:${PASSWORD}@`), WORKER_FOLDER: dir,
      ...(HOW !== 'plain' && { DB_SCHEMA: SCHEMA }), ...(HOW === 'pooled' && { DB_PREPARE: '0' }),
    };
  }

  #psql(at, ...statements) {
    const args = ['-XAtq', '-v', 'ON_ERROR_STOP=1', ...statements.flatMap((statement) => ['-c', statement]), at];
    return execFileSync('psql', args, { encoding: 'utf8' });
  }

  /** Each by itself. */
  #admin(...statements) {
    this.#psql(SERVER.replace('/unit?', '/postgres?'), ...statements);
  }

  /** With the words of the tests, which tests/unit/postgres.sql has. */
  get #inside() {
    return `${this.at}&options=-csearch_path%3D${SCHEMA},public`;
  }

  /** Over one connection, which the server may end at any time. */
  #ask(statement) {
    const at = this.#inside;
    this.asked ??= new Kept(`psql -XAtq '${at}'`, '\\echo');
    const words = `SET client_min_messages = error;\n${statement}\n;`;
    try {
      return this.asked.ask(words);
    } catch (e) {
      this.asked.end(); // it may be within a transaction that failed
      this.asked = undefined;
      if (/it has ended|connection to server was lost|terminating connection/.test(e.message)) return this.#psql(at, statement);
      throw e;
    }
  }

  /** What is true is 1, as in SQLite. */
  sql(query) {
    return rows(this.#ask(query)).map((row) => row.map((cell) => ({ t: '1', f: '0' })[cell] ?? cell));
  }

  write(statement) {
    this.#ask(statement);
  }

  tables() {
    return this.sql("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename NOT LIKE 'chunk%'").map(([name]) => name);
  }

  refuse(table) {
    this.refused = table;
    this.write(`CREATE TRIGGER refuses BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION held()`);
  }

  allow() {
    this.write(`DROP TRIGGER refuses ON ${this.refused}`);
  }

  hasten(kind) {
    this.write(`CREATE TRIGGER haste BEFORE UPDATE OF due_ms ON jobs FOR EACH ROW
      WHEN (new.kind = ${kind} AND new.lease_ms = 0) EXECUTE FUNCTION haste()`);
  }

  /** As another program that writes, which lib/store/postgres.c knows. */
  hold() {
    return holding('psql', ['-XAtq', this.#inside],
      `BEGIN;\nSELECT pg_advisory_xact_lock(hashtextextended('admit ${SCHEMA}', 0));\nSELECT 1;\n`);
  }

  /** The server sends all away and lets nobody in. */
  lose() {
    this.#admin(`ALTER DATABASE ${this.name} ALLOW_CONNECTIONS false`,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${this.name}'`);
  }

  find() {
    this.#admin(`ALTER DATABASE ${this.name} ALLOW_CONNECTIONS true`);
  }

  held() {
    return [['the database', execFileSync('pg_dump', [this.at], { encoding: 'latin1', maxBuffer: 1 << 28 })]];
  }

  remove() {
    this.asked?.end();
    this.#admin(`DROP DATABASE ${this.name} WITH (FORCE)`);
  }
}

/** @param {string | undefined} file  where a test wants it in a file of that name, whatever the others have */
export const makeLedger = (dir, file) => ON_POSTGRES && file === undefined ? new ServerLedger(dir) : new FileLedger(dir, file ?? 'admit.db');
