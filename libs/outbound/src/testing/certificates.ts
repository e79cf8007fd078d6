import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of one's own for tests, and what it certifies. */
export class TestAuthority {
  readonly #directory = mkdtempSync(join(tmpdir(), 'keyledger-certificates-'));
  readonly cert: string;

  constructor() {
    this.#openssl('req', '-x509', ...this.#newKey('ca'), '-subj', '/CN=Test authority', '-days', '2', '-out', 'ca.pem');
    this.cert = this.#read('ca.pem');
  }

  /** @param names as in a certificate: `DNS:receiver.example`, `IP:127.0.0.1` */
  certify(names: string): Certificate {
    writeFileSync(join(this.#directory, 'names'), `subjectAltName=${names}`);
    this.#openssl('req', ...this.#newKey('leaf'), '-subj', '/CN=receiver', '-out', 'leaf.csr');
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
    this.#openssl('x509', '-req', '-in', 'leaf.csr', ...by, '-out', 'leaf.pem');
    return { cert: this.#read('leaf.pem'), key: this.#read('leaf.key') };
  }

  /** Certified by nobody. */
  selfSigned(name: string): Certificate {
    const names = ['-addext', `subjectAltName=DNS:${name}`];
    this.#openssl('req', '-x509', ...this.#newKey('self'), '-subj', `/CN=${name}`, ...names, '-out', 'self.pem');
    return { cert: this.#read('self.pem'), key: this.#read('self.key') };
  }

  dispose(): void {
    rmSync(this.#directory, { recursive: true });
  }

  #newKey(name: string): readonly string[] {
    return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`];
  }

  #read(file: string): string {
    return readFileSync(join(this.#directory, file), 'utf8');
  }

  #openssl(...options: readonly string[]): void {
    execFileSync('openssl', options, { cwd: this.#directory, stdio: 'pipe', timeout: 60_000 });
  }
}
