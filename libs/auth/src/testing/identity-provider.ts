import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** A real OpenID Connect provider on loopback, as far as a resource server sees one. */
export class IdentityProvider {
  readonly requests: string[] = [];
  /** What the discovery document says beside the usual. */
  discovery: Record<string, unknown> = {};
  /** What the key set's answer is instead of the keys. */
  keySetAnswer: { readonly status: number; readonly body: string } | null = null;
  #keys: SigningKey[] = [];
  #server: Server | null = null;
  #port = 0;

  static async start(): Promise<IdentityProvider> {
    const provider = new IdentityProvider();
    await provider.listen();
    await provider.rotate();
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get jwksUrl(): string {
    return `${this.issuer}/keys`;
  }

  get publicJwk(): JWK {
    return this.#newest.publicJwk;
  }

  /** On the same port each time. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      this.requests.push(request.url ?? '');
      const { status, body } = this.#answer(request.url ?? '');
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async goDown(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** A new signing key, in the place of all before unless they are kept. */
  async rotate({ alg = 'ES256', keepOld = false, publishesKid = true } = {}): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const kid = `key-${Math.random()}`;
    const publicJwk = { ...(await exportJWK(publicKey)), alg, use: 'sig', ...(publishesKid ? { kid } : {}) };
    this.#keys = [...(keepOld ? this.#keys : []), { kid, alg, privateKey, publicJwk }];
  }

  /** A token that is good but for what is overridden; undefined leaves a claim out. */
  async token(claims: JWTPayload = {}, header: Record<string, unknown> = {}): Promise<string> {
    const { kid, alg, privateKey } = this.#newest;
    const seconds = Math.floor(Date.now() / 1_000);
    const usual = { iss: this.issuer, aud: 'keyledger-api', iat: seconds, exp: seconds + 60 };
    const person = { sub: 'user_1', org_id: 'org_a', org_slug: 'acme', org_role: 'admin', name: 'Ada' };
    return new SignJWT({ ...usual, ...person, ...claims }).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
  }

  get #newest(): SigningKey {
    const newest = this.#keys.at(-1);
    if (newest === undefined) throw new Error('the provider has no key yet');
    return newest;
  }

  #answer(path: string): { readonly status: number; readonly body: string } {
    if (path === '/.well-known/openid-configuration') {
      return { status: 200, body: JSON.stringify({ issuer: this.issuer, jwks_uri: this.jwksUrl, ...this.discovery }) };
    }
    if (path !== '/keys') return { status: 404, body: '{}' };
    return this.keySetAnswer ?? { status: 200, body: JSON.stringify({ keys: this.#keys.map((key) => key.publicJwk) }) };
  }
}
