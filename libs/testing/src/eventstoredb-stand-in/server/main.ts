import { serve } from './serve.js';

/** `main.js PORT FILE NOT_READY_MS LEADER_PORT`: serves until its standard input ends, which it does with the process that started it. */
const [port, path = '', notReadyForMs, leaderPort] = process.argv.slice(2);
await serve({ port: Number(port), path, notReadyForMs: Number(notReadyForMs), leaderPort: Number(leaderPort) });
process.stdin.on('end', () => process.exit(0)).resume();
