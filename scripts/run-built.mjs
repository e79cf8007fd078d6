import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './ensure-built.mjs';
import { ensureInstalled } from './ensure-installed.mjs';

/**
 * Without bounds V8 lets the heap grow to several times what is alive before it collects. 320 MB hold a directory of
 * 200,000 keys with room to spare; for a larger one name a bound in NODE_OPTIONS, which then counts instead.
 */
const HEAP_FLAGS = ['--max-semi-space-size=16', '--max-old-space-size=320'];

function nodeFlags() {
  const named = process.env.NODE_OPTIONS?.includes('--max-old-space-size') === true;
  return ['--enable-source-maps', ...(named ? [] : HEAP_FLAGS)];
}

/**
 * Installs and builds what is missing, then runs a compiled program on the pinned Node with our arguments and streams;
 * signals are passed on, and its exit code becomes ours.
 */
export function runBuilt(program, environment = {}) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const node = ensureInstalled(root);
  ensureBuilt(root, node);
  const child = spawn(node, [...nodeFlags(), join(root, 'dist', program), ...process.argv.slice(2)], {
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
