// The programs that run beside the sandbox, under the same shell: which they are, and how they take up other settings.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const textOf = (pid, name) => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return ''; // it has just ended
  }
};
const parentOf = (pid) => Number(/\) \S (\d+)/.exec(textOf(pid, 'stat'))?.[1]);

/** The first process of each program, which the web server has started. */
const heads = () => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && textOf(pid, 'cmdline').includes('.fcgi')
  && parentOf(parentOf(pid)) === process.ppid).map(Number);

/** Writes the one setting that the visitor chooses, and has the programs begin anew, by which no request is lost. */
export function setLanguage(file, language) {
  writeFileSync(file, `SHOP_LANGUAGE=${language}\n`, { mode: 0o600 });
  for (const pid of heads()) process.kill(pid, 'SIGHUP');
}
