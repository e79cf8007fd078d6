import type { ClaimLimits } from '#libs/webhook-deliveries';
import type { OfOrganization } from './in-flight.js';

/**
 * Half of the places for each organization, of the quick ones and of all. A claim knows one bound: what is above the other
 * bound counts as taken below this one, so that whichever is nearer is what holds.
 */
export function shares(
  { mostQuick, most }: { readonly mostQuick: number; readonly most: number },
  underWay: ReadonlyMap<string, OfOrganization>,
): Pick<ClaimLimits, 'inFlight' | 'mostOfOrganization'> {
  const [ofQuick, ofAll] = [Math.ceil(mostQuick / 2), Math.ceil(most / 2)];
  const mostOfOrganization = Math.min(ofQuick, ofAll);
  const taken = ({ quick, all }: OfOrganization): number =>
    mostOfOrganization - Math.min(ofQuick - quick, ofAll - all, mostOfOrganization);
  return { mostOfOrganization, inFlight: new Map([...underWay].map(([org, counts]) => [org, taken(counts)])) };
}
