import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ADA, aDenial, apiKeyCreated, apiKeyDeleted, apiKeyRevoked, apiKeyRotated, keyId, START } from '#libs/testing';
import type { EndedExport } from '../audit-log/export-audit.js';
import { createCommandApi } from '../create-command-api.js';
import { DocumentedClient, type DocumentedAnswer } from './documented-client.js';
import { readDatabase, type ReadDatabase } from './read-database.js';
import { testDependencies } from './test-dependencies.js';

/** Paths of keys, and of who calls. */
export const KEY_PATHS = /^\/v1\/(api-keys|whoami|scopes)\b/;
/** Paths of the audit log. */
export const AUDIT_PATHS = /^\/v1\/(system_audit_log|activity|log)\b/;

/** Lineages of the keys: one that was rotated, one that was revoked, one that was deleted, one of another organization. */
export const [A, B, C, D] = ['AAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBB', 'CCCCCCCCCCCCCCCC', 'DDDDDDDDDDDDDDDD'] as const;
const formula = { ...ADA, name: '=HYPERLINK("x")' };
const EVENTS = [
  apiKeyCreated({ key_id: keyId(0, A), name: 'First' }, { at: START }),
  apiKeyRotated({ from: keyId(0, A), to: keyId(1, A), graceExpiresAt: START + 60 }, { at: START + 1 }),
  apiKeyCreated({ key_id: keyId(0, B), name: 'Second', environment: 'test' }, { at: START + 2, actor: formula }),
  apiKeyRevoked({ at: START + 3, reason: 'a "leak",\nin a chat' }, keyId(0, B)),
  apiKeyCreated({ key_id: keyId(0, C), name: 'Gone' }, { at: START + 4 }),
  apiKeyDeleted({ at: START + 5 }, keyId(0, C)),
  aDenial({}, { at: START + 6 }),
  apiKeyCreated({ key_id: keyId(0, D), name: 'Of others' }, { at: START + 7, org_id: 'org_b' }),
];

/** Answers that come from before any route is looked at, so that `http-edge.spec` and `request-guard.spec` show them once. */
const SHOWN_ONCE_FOR_ALL = ['408', '429', '431', '500', '502', '503'];

export interface ReadAnswer extends DocumentedAnswer {
  readonly list: ReadList;
  readonly code: string | undefined;
}

export interface ReadList {
  readonly data: Readonly<Record<string, unknown>>[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}

interface Refused {
  readonly detail?: { readonly code: string };
}

/** The API over read models that hold a few events of every kind, ten seconds after the first. */
export class ReadApi {
  private constructor(
    readonly application: NestFastifyApplication,
    /** Exports that have ended. */
    readonly exported: EndedExport[],
    private readonly client: DocumentedClient,
    private readonly database: ReadDatabase,
  ) {}

  static async start(): Promise<ReadApi> {
    const database = await readDatabase(EVENTS);
    const exported: EndedExport[] = [];
    const application = await createCommandApi(
      testDependencies({
        database: database.database,
        clock: () => (START + 10) * 1_000,
        lastUsed: { record: () => undefined, pending: (id) => (id === keyId(1, A) ? START + 9 : null) },
        exports: { begun: () => undefined, exported: (ended) => void exported.push(ended) },
      }),
    );
    return new ReadApi(application, exported, await DocumentedClient.of(application), database);
  }

  async get(path: string, credential = 'admin'): Promise<ReadAnswer> {
    const answer = await this.client.request('GET', path, { headers: { authorization: `Bearer ${credential}` } });
    return { ...answer, list: (answer.body ?? {}) as ReadList, code: (answer.body as Refused | null)?.detail?.code };
  }

  /** The documented answers of the routes that read, of those paths, that no test has met. */
  unseen(isOurs: (path: string) => boolean): string[] {
    return this.client.unseen().filter((answer) => {
      const [method, path = '', status = ''] = answer.split(' ');
      return method === 'GET' && path.startsWith('/v1/') && isOurs(path) && !SHOWN_ONCE_FOR_ALL.includes(status);
    });
  }

  async close(): Promise<void> {
    await this.application.close();
    await this.database.drop();
  }
}
