// The engine's answers: jsonlogic_driver as a queue of questions.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export class Engine {
  constructor(path = join(process.env.LEADSCORE_TEST_BUILD ?? '.local/build-tests', 'tests/jsonlogic/jsonlogic_driver')) {
    this.child = spawn(path, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.waiting = [];
    createInterface({ input: this.child.stdout }).on('line', (line) => this.waiting.shift()?.resolve(JSON.parse(line)));
    this.child.on('exit', (code, signal) => this.over(`driver ended: ${signal ?? code}`));
    this.child.on('error', (e) => this.over(`driver does not start: ${e.message}`));
    this.child.stdin.on('error', () => {}); // the exit tells it
  }

  over(why) {
    this.ended ??= new Error(why);
    for (const one of this.waiting.splice(0)) one.reject(this.ended);
  }

  ask(rule, data) {
    if (this.ended) return Promise.reject(this.ended);
    const answer = new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    answer.catch(() => {}); // whoever awaits it hears of it
    this.child.stdin.write(`${JSON.stringify({ rule, data })}\n`);
    return answer;
  }

  end() { this.child.stdin.end(); }
}

const sorted = (v) => {
  if (Array.isArray(v)) return v.map(sorted);
  return v === null || typeof v !== 'object' ? v : Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])]));
};
/** One text for values that are the same JSON, whatever the order of keys; undefined, NaN and the infinities are null. */
export const canonical = (v) => JSON.stringify(sorted(v)) ?? 'null';
