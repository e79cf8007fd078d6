import { PlatformTokens } from '#libs/auth';
import type { Logger } from '#libs/observability';
import type { Settings } from '#libs/settings';
import { openEmbeddedIdentity } from './embedded-identity/embedded-identity.js';
import { oidcVerifier } from './oidc-verifier.js';
import { openKeyring } from '#libs/keyring';
import { readScopeCatalogue } from './read-scope-catalogue.js';
import type { CommandApiOptions } from './start-command-api.js';

export type ApiConfiguration = Pick<CommandApiOptions, 'catalogue' | 'keyring' | 'jwt' | 'platformTokens' | 'announce'>;

/**
 * Everything that the API knows before it meets a store: who may sign in, under which keys and scopes. Whatever the
 * operator has to put right is said before anything is made in the data directory.
 * @throws SettingsInvalid, or Error that names the file
 */
export async function readApiConfiguration(
  settings: Settings,
  { logger, mayMakeKeyring }: { readonly logger: Logger; readonly mayMakeKeyring: boolean },
): Promise<ApiConfiguration> {
  const oidc = settings.devIssuer ? null : oidcVerifier(settings, logger);
  const catalogue = await readScopeCatalogue(settings.scopesFile);
  const keyring = await openKeyring(settings, { mayMake: mayMakeKeyring });
  const { platformTokenSha256 } = settings;
  if (oidc !== null) return { catalogue, keyring, jwt: oidc, platformTokens: new PlatformTokens(platformTokenSha256) };
  const identity = await openEmbeddedIdentity(settings.dataDir);
  const platformTokens = new PlatformTokens([...platformTokenSha256, identity.platformTokenSha256]);
  return { catalogue, keyring, jwt: identity.jwt, platformTokens, announce: (url) => identity.announce(url) };
}
