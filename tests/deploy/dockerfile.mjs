// Carries out a Dockerfile without Docker: each stage is a plain Debian, each step what Docker would do there. What it
// does not know it refuses, so that nothing is left out unseen.

import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Debian, PROXIES } from './debian.mjs';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** @returns {{ word: string, rest: string }[]} continued lines joined, comments left out */
export function parse(text) {
  const kept = text.split('\n').filter((line) => !/^\s*#/.test(line)).join('\n').replace(/\\\n/g, ' ');
  return kept.split('\n').filter((line) => line.trim()).map((line) => {
    const [, word, rest] = /^([A-Z]+)\s+(.*?)\s*$/.exec(line) ?? [];
    if (!word) throw new Error(`no instruction: ${line}`);
    return { word, rest };
  });
}

const refuse = (what) => { throw new Error(`the test does not know ${what}`); };

/** The exec form: a list of strings. */
function list(text) {
  const argv = JSON.parse(text);
  return Array.isArray(argv) && argv.every((word) => typeof word === 'string') ? argv : refuse(text);
}

class Stage {
  env = { PATH };
  user = 'root';
  cwd = '/';
  cmd = null;
  healthcheck = null;

  constructor(debian, folder, stages) {
    Object.assign(this, { debian, folder, stages });
  }

  async run(rest) {
    if (rest.startsWith('[') || rest.startsWith('--')) refuse(`RUN ${rest}`);
    const { user, cwd } = this;
    await this.debian.run(['sh', '-c', rest], { user, cwd, env: { ...Object.fromEntries(PROXIES), ...this.env } });
  }

  copy(rest) {
    const words = rest.split(/\s+/);
    const from = words[0].startsWith('--') && words.shift();
    if (from && !from.startsWith('--from=')) refuse(`COPY ${from}`);
    const source = from ? this.stages[from.slice('--from='.length)].debian.path : this.folder;
    const to = words.pop();
    const target = this.debian.in(path.resolve(this.cwd, to));
    if (words.length > 1 && !to.endsWith('/')) throw new Error(`COPY of several needs a folder: ${rest}`);
    for (const word of words) {
      if (/[*?[]/.test(word)) refuse(`COPY ${word}`);
      if (!from && this.isIgnored(word)) throw new Error(`${word} is not in the context (.dockerignore)`);
      const what = path.join(source, word);
      const isFolder = statSync(what).isDirectory(); // of a folder, its contents are copied
      const where = !isFolder && to.endsWith('/') ? path.join(target, path.basename(word)) : target;
      mkdirSync(path.dirname(where), { recursive: true });
      cpSync(what, where, { recursive: true, verbatimSymlinks: true });
    }
  }

  isIgnored(word) {
    const folders = readFileSync(path.join(this.folder, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
    return folders.some((folder) => `${word}/`.startsWith(folder));
  }

  setEnv(rest) {
    for (const pair of rest.split(/\s+/)) {
      const [, name, value] = /^(\w+)=([^\s"'$\\]*)$/.exec(pair) ?? refuse(`ENV ${pair}`);
      this.env[name] = value;
    }
  }

  check(rest) {
    const [, options, argv] = /^((?:--[a-z-]+=\S+\s+)*)CMD\s+(.*)$/.exec(rest) ?? refuse(`HEALTHCHECK ${rest}`);
    if (/--(?!interval|timeout|start-period|retries)/.test(options)) refuse(`HEALTHCHECK ${options}`);
    this.healthcheck = list(argv);
  }

  async step({ word, rest }) {
    switch (word) {
      case 'RUN': return this.run(rest);
      case 'COPY': return this.copy(rest);
      case 'ENV': return this.setEnv(rest);
      case 'USER': this.user = rest; return undefined;
      case 'WORKDIR': return this.#enter(rest);
      case 'HEALTHCHECK': return this.check(rest);
      case 'CMD': this.cmd = list(rest); return undefined;
      case 'VOLUME': case 'EXPOSE': return undefined; // say what is there; nothing is done
      default: return refuse(word);
    }
  }

  #enter(folder) {
    this.cwd = path.resolve(this.cwd, folder);
    mkdirSync(this.debian.in(this.cwd), { recursive: true });
  }

  /** The command of the image, or another one, as the container runs it. */
  command(argv = this.cmd, env = {}) {
    return [argv, { user: this.user, cwd: this.cwd, env: { ...this.env, ...env } }];
  }
}

/**
 * @param {import('node:test').TestContext} t which ends all stages
 * @returns {Promise<Stage>} the last one
 */
export async function build(t, file, folder) {
  const stages = {};
  let stage = null;
  for (const { word, rest } of parse(readFileSync(file, 'utf8'))) {
    if (word === 'FROM') {
      const [, name] = /^debian:bookworm-slim(?:\s+AS\s+(\w+))?$/i.exec(rest) ?? refuse(`FROM ${rest}`);
      stage = new Stage(await Debian.create(t), folder, stages);
      stages[name ?? 'last'] = stage;
    } else {
      await (stage ?? refuse(`${word} before FROM`)).step({ word, rest });
    }
  }
  return stage;
}
