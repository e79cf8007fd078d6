import { parentPort } from 'node:worker_threads';
import type { ValidateFunction } from 'ajv';
import { BoundedLru } from '#libs/bounded-lru';
import { checkSchema } from './check-schema.js';
import { compileSchema, unusable } from './compile-schema.js';
import type { SchemaReply, SchemaRequest, ThreadMessage } from './messages.js';
import { validateValue } from './validate-value.js';

/*
 * The thread in which tenants' schemas are compiled and run. It may be ended at any moment, so it keeps nothing that
 * cannot be made again, and it knows nothing but what it is sent: no environment, no store, no other tenant's value.
 * What it has compiled it keeps by the length of its text, for code grows with that.
 */
const compiled = new BoundedLru<string, ValidateFunction>(2_097_152);
/** What even the smallest schema counts: some kilobytes of code. */
const LEAST_LENGTH = 8_192;

// What Ajv needs the first time shall not count against the first schema.
compileSchema('{"type":"object","properties":{"a":{"type":"string","pattern":"a"}},"required":["a"]}')({ a: 'b' });

parentPort?.on('message', (request: SchemaRequest) => send(replyTo(request)));
send(null);

function replyTo(request: SchemaRequest): SchemaReply {
  if (request.kind === 'validate') {
    const validate = compiled.get(request.key);
    return validate === undefined ? { kind: 'not_compiled' } : validateValue(validate, request);
  }
  const { kind, key, text } = request;
  const problem = kind === 'check' ? checkSchema(text) : null;
  if (problem !== null) return { kind: 'unusable', problem };
  try {
    compiled.set(key, compileSchema(text), Math.max(text.length, LEAST_LENGTH));
    return { kind: 'usable' };
  } catch (error) {
    return { kind: 'unusable', problem: unusable(error) };
  }
}

function send(reply: SchemaReply | null): void {
  const { user, system } = process.threadCpuUsage();
  const message: ThreadMessage = { reply, cpuMs: (user + system) / 1_000 };
  parentPort?.postMessage(message);
}
