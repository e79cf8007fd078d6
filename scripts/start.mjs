import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './ensure-built.mjs';
import { ensureInstalled } from './ensure-installed.mjs';

/** `npm start`: installs and builds what is missing, then runs the product embedded and passes signals on to it. */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = ensureInstalled(root);
ensureBuilt(root, node);

const app = spawn(node, ['--enable-source-maps', join(root, 'dist/apps/standalone/src/main.js')], {
  cwd: root,
  stdio: 'inherit',
  env: { NODE_ENV: 'production', DEV_ISSUER: 'true', ...process.env },
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => app.kill(signal));
app.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1)));
app.on('error', (error) => {
  console.error(`keyledger: cannot start: ${error.message}`);
  process.exit(1);
});
