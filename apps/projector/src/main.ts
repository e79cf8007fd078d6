import { runUntilTold } from '#libs/lifecycle';
import { runProjector } from './run-projector.js';

await runUntilTold((signal) => runProjector(process.env, signal));
