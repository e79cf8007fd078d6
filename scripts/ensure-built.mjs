import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['apps', 'libs', 'bench', 'examples', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** Whether `dist/` is what the sources compile to, by their content, not by time. */
export function isBuilt(root, digest = digestOf(root)) {
  const stamp = stampOf(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
}

/** Compiles into `dist/` when a source differs from what was compiled last. */
export function ensureBuilt(root, node) {
  const digest = digestOf(root);
  if (isBuilt(root, digest)) return;
  console.error('keyledger: building');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const tsc = spawnSync(node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (tsc.status !== 0) {
    console.error('keyledger: the build failed');
    process.exit(1);
  }
  writeFileSync(stampOf(root), digest);
}

function stampOf(root) {
  return join(root, 'dist/.built-from');
}

function digestOf(root) {
  const hash = createHash('sha256');
  const add = (path) =>
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0');
  for (const source of SOURCES) {
    if (/\.json$/.test(source)) {
      add(source);
      continue;
    }
    if (!existsSync(join(root, source))) continue;
    const files = readdirSync(join(root, source), { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.ts'));
    for (const file of files.sort()) add(join(source, file));
  }
  return hash.digest('hex');
}
