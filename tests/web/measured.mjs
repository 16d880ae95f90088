// One row of the table of servers: how long the first answer takes from the start of the server, and how much memory
// server and programs take when each program has been asked.
//
// usage: measured.mjs --names | NAME PASSED FAILED

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { processesOf, startAdmit, until } from './harness.mjs';
import { servers } from './servers.mjs';

/** The folder's processes and all that they started: some servers hide their arguments. */
function family(folder) {
  const parents = new Map(readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map((pid) => {
    try {
      return [Number(pid), Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))[1])];
    } catch {
      return [Number(pid), 0]; // it has just ended
    }
  }));
  const ours = new Set(processesOf(folder).map(({ pid }) => pid));
  for (let before = 0; before < ours.size;) {
    before = ours.size;
    for (const [pid, parent] of parents) if (ours.has(parent)) ours.add(pid);
  }
  return [...ours];
}

/** What is a process's own, and its part of what it shares, in KiB. */
const pss = (pid) => {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]);
  } catch {
    return 0; // it has just ended
  }
};

/** The quickest of so many starts counts: what else the machine does makes them slower only. */
const STARTS = 3;

const [name, passed, failed] = process.argv.slice(2);
if (name === '--names') {
  console.log(Object.keys(servers).join('\n'));
} else {
  const { title, mode, file } = servers[name];
  const firstMs = [];
  let kib;
  for (let i = 0; i < STARTS; i += 1) {
    const app = await startAdmit();
    await app.request('/health');
    firstMs.push(performance.now() - app.startedAt);
    await app.buy(1);
    await app.settled();
    await app.admit(['work', '--stop']);
    await until(() => app.processes('admit work').length === 0);
    kib = family(app.dir).map(pss).reduce((sum, one) => sum + one, 0);
    await app.stop();
  }
  const count = failed === '0' ? passed : `${passed}, **${failed} failed**`;
  console.log(`| ${title} | ${mode} | [${file}](${path.relative('deploy', file)}) | ${count} | ${Math.min(...firstMs).toFixed(0)} ms | ${(kib / 1024).toFixed(1)} MiB |`);
}
