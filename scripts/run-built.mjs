import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureReady } from './ensure-ready.mjs';

function nodeFlags(root) {
  const { always, heap } = JSON.parse(readFileSync(join(root, 'scripts/node-flags.json'), 'utf8'));
  const named = process.env.NODE_OPTIONS?.includes('--max-old-space-size') === true;
  return [...always, ...(named ? [] : heap)];
}

/**
 * Installs and builds what is missing, then runs a compiled program on the pinned Node with our arguments and streams;
 * signals are passed on, and its exit code becomes ours.
 */
export async function runBuilt(program, environment = {}) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const node = await ensureReady(root);
  const child = spawn(node, [...nodeFlags(root), join(root, 'dist', program), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env: { ...environment, ...process.env },
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1)));
  child.on('error', (error) => {
    console.error(`keyledger: cannot start ${program}: ${error.message}`);
    process.exit(1);
  });
}
