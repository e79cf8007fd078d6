import { EmbeddedIssuer, type TokenToSign } from '../jwt/embedded-issuer.js';

const USAGE = `options of token:
  --org ID              the organization's id (required)
  --user ID             the token's subject (required without --no-sub)
  --role ROLE           admin, member or auditor (required)
  --org-slug SLUG       the organization's short name
  --name NAME           the user's name
  --expires-in SECONDS  default 3600; negative makes an expired token
  --audience AUDIENCE   other than the embedded one, for a token that is refused
  --issuer ISSUER       the same
  --no-sub              without a subject
The embedded issuer's key is in DATA_DIR (default .keyledger).`;

const WITH_VALUE = ['org', 'user', 'role', 'org-slug', 'name', 'expires-in', 'audience', 'issuer'];

/** What is wrong with the options, followed by all there are. */
export class TokenUsage extends Error {
  readonly code = 'token_usage';
  override readonly name = 'TokenUsage';
  constructor(problem: string) {
    super(`${problem}\n${USAGE}`);
  }
}

/** A token of the embedded issuer of `DATA_DIR`, whether its server runs or not. @throws TokenUsage */
export async function makeToken(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const token = tokenToSign(parse(args));
  const issuer = await EmbeddedIssuer.open(environment['DATA_DIR'] ?? '.keyledger');
  return issuer.sign(token);
}

function tokenToSign(options: ReadonlyMap<string, string>): TokenToSign {
  const required = (name: string): string => {
    const value = options.get(name);
    if (value === undefined) throw new TokenUsage(`--${name} is required`);
    return value;
  };
  const expiresIn = options.get('expires-in');
  if (expiresIn !== undefined && !/^-?\d{1,10}$/.test(expiresIn)) {
    throw new TokenUsage('--expires-in must be a whole number of seconds');
  }
  const noSub = options.has('no-sub');
  return {
    ...{ org: required('org'), role: required('role'), user: noSub ? '' : required('user'), noSub },
    ...{ orgSlug: options.get('org-slug'), name: options.get('name') },
    ...{ audience: options.get('audience'), issuer: options.get('issuer') },
    expiresInSeconds: expiresIn === undefined ? undefined : Number(expiresIn),
  };
}

/** Both `--name value` and `--name=value`. Not `util.parseArgs`, which takes the `-5` of `--expires-in -5` for an option. */
function parse(args: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [name = '', inline] = arg.startsWith('--') ? splitOnce(arg.slice(2)) : [];
    const isFlag = name === 'no-sub' && inline === undefined;
    if (!isFlag && !WITH_VALUE.includes(name)) throw new TokenUsage(`unknown option ${arg}`);
    const value = isFlag ? '' : (inline ?? rest.shift());
    if (value === undefined) throw new TokenUsage(`--${name} needs a value`);
    if (options.has(name)) throw new TokenUsage(`--${name} is given twice`);
    options.set(name, value);
  }
  return options;
}

function splitOnce(text: string): readonly [string, string | undefined] {
  const at = text.indexOf('=');
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
