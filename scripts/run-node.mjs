import { spawn } from 'node:child_process';

/** Runs a program, its path last in `args`, with our arguments and streams; signals are passed on, its exit code is ours. */
export function runNode(node, args, cwd, env) {
  const child = spawn(node, [...args, ...process.argv.slice(2)], { cwd, stdio: 'inherit', env });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1)));
  child.on('error', (error) => {
    console.error(`keyledger: cannot start ${args.at(-1)}: ${error.message}`);
    process.exit(1);
  });
}
