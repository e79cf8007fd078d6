import { jest } from '@jest/globals';
import { watchReaderPace } from './reader-pace.js';

const socket = { bytesWritten: 0, writableLength: 0 };
let tooSlow: number[];
let stop: () => void;

beforeEach(() => {
  jest.useFakeTimers();
  [socket.bytesWritten, socket.writableLength, tooSlow] = [0, 0, []];
  stop = watchReaderPace(socket, { leastBytes: 64_000 }, (taken) => tooSlow.push(taken));
});
afterEach(() => {
  stop();
  jest.useRealTimers();
});

/** A second at a time, in which so many bytes of the many that wait are taken. */
function pass(seconds: number, bytesEach: number): void {
  for (let second = 0; second < seconds; second++) {
    socket.bytesWritten += bytesEach;
    jest.advanceTimersByTime(1_000);
  }
}

it('tells of a reader that takes less than it has to, though it never stops, and once', () => {
  [socket.bytesWritten, socket.writableLength] = [100_000, 100_000];
  pass(59, 1);
  expect(tooSlow).toEqual([]);
  pass(120, 1);
  expect(tooSlow).toHaveLength(1);
  expect(tooSlow[0]).toBeLessThan(66);
});

it('leaves a reader that takes enough, in whatever pieces', () => {
  [socket.bytesWritten, socket.writableLength] = [100_000, 100_000];
  for (let minute = 0; minute < 10; minute++) {
    pass(54, 0);
    pass(1, 64_000);
  }
  pass(600, 1_200);
  expect(tooSlow).toEqual([]);
});

it('leaves a reader that waits for us, and gives it a window of its own once it does not', () => {
  pass(600, 0);
  [socket.bytesWritten, socket.writableLength] = [100_000, 100_000];
  pass(59, 0);
  expect(tooSlow).toEqual([]);
  pass(6, 0);
  expect(tooSlow).toEqual([0]);
});

it('does not look any more once it is told to stop', () => {
  [socket.bytesWritten, socket.writableLength] = [100_000, 100_000];
  stop();
  pass(600, 0);
  expect(tooSlow).toEqual([]);
});
