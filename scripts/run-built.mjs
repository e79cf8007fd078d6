import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureReady } from './ensure-ready.mjs';
import { runNode } from './run-node.mjs';

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
  runNode(node, [...nodeFlags(root), join(root, 'dist', program)], root, { ...environment, ...process.env });
}
