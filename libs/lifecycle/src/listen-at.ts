import { codeOf } from '#libs/errors';

/** @throws Error that names the setting to change where the address cannot be listened at */
export async function listenAt(
  setting: 'PORT' | 'METRICS_PORT',
  address: { readonly port: number; readonly host: string },
  listen: (address: { port: number; host: string }) => Promise<unknown>,
): Promise<void> {
  try {
    await listen({ ...address });
  } catch (error) {
    const reason = REASONS[codeOf(error)];
    if (reason === undefined) throw error;
    throw new Error(`cannot listen at ${address.host}, port ${address.port}: ${reason}; set another ${setting}`, {
      cause: error,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process does',
  EACCES: 'this user may not',
  EADDRNOTAVAIL: 'it is no address of this machine',
};
