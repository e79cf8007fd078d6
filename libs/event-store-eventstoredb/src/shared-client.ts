import { NotLeaderError, type EndPoint, type EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as delay } from 'node:timers/promises';
import { atNode } from './at-node.js';
import { breaksConnection } from './breaks-connection.js';
import { createClient } from './create-client.js';
import { EventStoreUrlInvalid } from './event-store-url-invalid.js';
import { LifeEnd } from './life-end.js';
import { tolerateBrokenWrites } from './tolerate-broken-writes.js';
import { widenFlowControl } from './widen-flow-control.js';

/** A client from its making to its end. */
export interface ClientLife {
  readonly client: EventStoreDBClient;
  /** From then on nothing that it was asked for is answered any more. */
  readonly ended: LifeEnd;
}

const FAREWELL_MS = 2_000;

let current: SharedClient | null = null;

/**
 * The process's client, for as long as somebody uses it. There is one and only one, with one stream of appends: the
 * library keeps all that wait for an answer in one table for the whole process. A stream that breaks rejects and forgets
 * those of every other, and their answers, when they come, end the process. The library opens a second stream beside the
 * first whenever any call makes it connect anew, to a leader that a follower names too, so here the whole client is ended
 * and made again instead.
 */
export class SharedClient {
  #users = 0;
  #life: ClientLife;
  #renewing: Promise<void> | null = null;

  private constructor(private readonly url: string) {
    tolerateBrokenWrites();
    widenFlowControl();
    this.#life = this.#begin();
  }

  /** @throws EventStoreUrlInvalid also when the process uses another EventStoreDB already */
  static acquire(url: string): SharedClient {
    if (current !== null && current.url !== url) {
      throw new EventStoreUrlInvalid('this process uses another EventStoreDB already');
    }
    current ??= new SharedClient(url);
    current.#users++;
    return current;
  }

  /**
   * Asks the client that there is, and has it made anew where the answer shows that its connection is broken. What a
   * follower refused is asked once more of the leader that it named.
   */
  async use<T>(question: (life: ClientLife) => Promise<T>): Promise<T> {
    try {
      return await this.#ask(question);
    } catch (error) {
      if (error instanceof NotLeaderError) return this.#ask(question);
      throw error;
    }
  }

  /** The client that there is, after the making of a new one. Not to be kept beyond what it is asked for. */
  async life(): Promise<ClientLife> {
    if (this.#renewing !== null) await this.#renewing;
    return this.#life;
  }

  /** What a call or subscription of that life ended with. */
  failed(life: ClientLife, error: unknown): void {
    if (life !== this.#life || this.#renewing !== null || !breaksConnection(error)) return;
    const leader = error instanceof NotLeaderError ? error.leader : null;
    this.#renewing = this.#end().finally(() => {
      this.#life = this.#begin(leader);
      this.#renewing = null;
    });
  }

  /** Gives it back; the last to do so ends its connections. */
  async release(): Promise<void> {
    if (--this.#users > 0) return;
    if (current === this) current = null;
    await this.#renewing;
    await this.#end();
  }

  async #ask<T>(question: (life: ClientLife) => Promise<T>): Promise<T> {
    const life = await this.life();
    try {
      return await question(life);
    } catch (error) {
      this.failed(life, error);
      throw error;
    }
  }

  /** At the node that was named as the leader; the next break leads back to those of the URL. */
  #begin(leader: EndPoint | null = null): ClientLife {
    return { client: createClient(leader === null ? this.url : atNode(this.url, leader)), ended: new LifeEnd() };
  }

  async #end(): Promise<void> {
    const { client, ended } = this.#life;
    ended.end();
    // A stream to a frozen server may never say that it has ended.
    const farewell = new AbortController();
    await Promise.race([
      client.dispose(),
      delay(FAREWELL_MS, undefined, { signal: farewell.signal }).catch(() => undefined),
    ]);
    farewell.abort();
  }
}
