/** A step of the README's tour: commands, and what the README says that they print (null where it says nothing). */
export interface TourStep {
  readonly commands: string;
  readonly output: string | null;
}

const TOUR = /<!-- tour -->([\s\S]*)<!-- \/tour -->/;
const STEP = /```sh\n([\s\S]*?)```\n(?:\n```(?:json|text)\n([\s\S]*?)```\n)?/g;

/** The steps of the tour, in order. @throws Error where the README has none */
export function parseTour(readme: string): readonly TourStep[] {
  const tour = TOUR.exec(readme)?.[1];
  if (tour === undefined) throw new Error('README.md has no tour');
  return [...tour.matchAll(STEP)].map(([, commands = '', output]) => ({ commands, output: output ?? null }));
}

/** The README with what the steps really print. */
export function writeOutputs(readme: string, outputs: readonly string[]): string {
  const steps = [...outputs];
  return readme.replace(TOUR, (tour) =>
    tour.replace(STEP, (_, commands: string) => `\`\`\`sh\n${commands}\`\`\`\n${shown(steps.shift() ?? '')}`),
  );
}

/** A readable form of what a step printed: JSON in full, anything else as it is. */
export function readable(output: string): string {
  try {
    return `${JSON.stringify(JSON.parse(output), null, 2)}\n`;
  } catch {
    return output;
  }
}

/** What differs from one run to the next, replaced by its kind: ids, secrets, instants, tokens, ports. */
export function withoutAccidents(output: string): string {
  return output
    .replace(/ak_live_[0-9A-Za-z]{20}([0-9A-Za-z]{49}|…)/g, '<secret>')
    .replace(/ak_live_[0-9A-Za-z]{4}…[0-9A-Za-z]{4}/g, '<hint>')
    .replace(/ak_[0-9A-Za-z]{20}/g, '<key id>')
    .replace(/org_[0-9A-Za-z]{20}/g, '<organization>')
    .replace(/job_[0-9A-Za-z]{24}/g, '<job>')
    .replace(/"worker_id": "[^"]+:\d+"/g, '"worker_id": "<host and process>"')
    .replace(/"duration_ms": \d+/g, '"duration_ms": <milliseconds>')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<instant>')
    .replace(/\b1[789]\d{8}\b/g, '<seconds>')
    .replace(/"next_cursor": "[^"]+"/g, '"next_cursor": "<cursor>"')
    .replace(/req_[\w-]{10,}/g, '<request>')
    .replace(/curl\/[\d.]+/g, '<agent>');
}

function shown(output: string): string {
  if (output.trim() === '') return '';
  // Nobody shall take a secret in a document for one that works, least of all a secret scanner.
  const shortened = readable(output).replace(/(ak_live_[0-9A-Za-z]{20})[0-9A-Za-z]{49}/g, '$1…');
  return `\n\`\`\`${/^\s*[[{]/.test(output) ? 'json' : 'text'}\n${shortened}\`\`\`\n`;
}
