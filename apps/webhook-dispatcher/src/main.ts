import { runUntilTold } from '#libs/lifecycle';
import { runDispatcher } from './run-dispatcher.js';

await runUntilTold((signal) => runDispatcher(process.env, signal));
