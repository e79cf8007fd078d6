import { existsSync, readFileSync } from 'node:fs';

interface Instruction {
  readonly name: string;
  readonly text: string;
}

const instructions = readFileSync('Dockerfile', 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line): Instruction => {
    const [name = '', ...rest] = line.split(' ');
    return { name, text: rest.join(' ') };
  });
const named = (name: string): readonly string[] =>
  instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);

it('is built on the Node that the tests run on', () => {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const image = `node:${devDependencies['node']}-slim`;
  expect(named('FROM')).toEqual([`${image} AS build`, image]);
});

it('copies what is there and what .dockerignore lets through, and that lets nothing else through', () => {
  const copied = named('COPY')
    .filter((text) => !text.startsWith('--from='))
    .flatMap((text) => text.split(' ').slice(0, -1));
  for (const source of copied) expect([source, existsSync(source)]).toEqual([source, true]);
  const ignored = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(ignored[0]).toBe('*');
  const letThrough = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  expect(letThrough.sort()).toEqual([...new Set(copied)].sort());
});

it('copies from the first stage only what that has made or been given', () => {
  const fromBuild = named('COPY').filter((text) => text.startsWith('--from=build'));
  const sources = fromBuild.map((text) => text.split(' ')[1]);
  expect(sources).toEqual(['/app/package.json', '/app/node_modules', '/app/dist']);
});

it('runs as a user without rights, who owns the data directory', () => {
  expect(named('USER')).toEqual(['node']);
  const atUser = instructions.findIndex(({ name }) => name === 'USER');
  expect(instructions.slice(atUser).map(({ name }) => name)).toEqual(['USER', 'ENTRYPOINT', 'CMD']);
  expect(named('RUN').at(-1)).toBe('install -d -o node -g node -m 0700 /var/lib/keyledger');
});

it('starts an app with the flags that every other start has', () => {
  const flags = JSON.parse(readFileSync('scripts/node-flags.json', 'utf8')) as Record<'always' | 'heap', string[]>;
  expect(named('ENTRYPOINT').map((text): unknown => JSON.parse(text))).toEqual([
    ['node', ...flags.always, ...flags.heap],
  ]);
  const [[program = ''] = []] = named('CMD').map((text) => JSON.parse(text) as string[]);
  expect(existsSync(program.replace(/^dist\//, '').replace(/\.js$/, '.ts'))).toBe(true);
});
