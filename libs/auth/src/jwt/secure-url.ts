const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The URL, if nobody on the way can answer in its host's place: `https`, or loopback for tests and development.
 * @throws Error that names what the URL is for
 */
export function secureUrl(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname))) return url;
  throw new Error(`${name} must be an https URL (http on loopback only)`);
}
