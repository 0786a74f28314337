// Wrong arguments as tables, and what an error about one must say.
import { expect, test } from 'vitest';
import { type ErrorCode, SepconvError } from '../../src/core/errors.js';

/** An argument, a wrong value for it, and whatever the sentence must hold beside the argument's name. */
export type Wrong = readonly [title: string, value: unknown, code: ErrorCode, says?: string];

/** Runs a call and checks the code of its error, and its sentence: the argument, expected, got, the fix. */
export function expectError(run: () => unknown, code: ErrorCode, argument: string, says = ''): void {
  let error: unknown;
  try {
    run();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(SepconvError);
  const { code: actual, message, details } = error as SepconvError;
  expect({ code: actual, argument: details.argument, message }).toEqual({ code, argument, message });
  expect(message.startsWith(`${argument}: expected `)).toBe(true);
  expect(message).toMatch(/, got .+; .+/);
  expect(message).toContain(says);
}

/** Matches an error of this code whose sentence says so. */
export const withCode = (code: ErrorCode, says = ''): Error =>
  expect.objectContaining({ name: 'SepconvError', code, message: expect.stringContaining(says) });

export function testEach(
  title: string,
  wrongs: readonly Wrong[],
  check: (value: never, code: ErrorCode, says?: string) => void,
) {
  for (const [what, value, code, says] of wrongs) test(`${title}: ${what}`, () => check(value as never, code, says));
}
