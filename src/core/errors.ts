// Every error a caller can meet: a stable code, and a sentence with what was expected, what came and the fix.

export type ErrorCode =
  | 'ERR_ABORTED'
  | 'ERR_ACTIVATION'
  | 'ERR_BACKEND_UNAVAILABLE'
  | 'ERR_BUFFER'
  | 'ERR_CODEC'
  | 'ERR_DISPOSED'
  | 'ERR_DTYPE'
  | 'ERR_FILE'
  | 'ERR_KERNEL'
  | 'ERR_LIMIT'
  | 'ERR_MEMORY'
  | 'ERR_OPTION'
  | 'ERR_OVERLAP'
  | 'ERR_PADDING'
  | 'ERR_SHAPE';

/** What an error is about, for programs; the message says the same to people. */
export interface ErrorDetails {
  readonly argument?: string;
  readonly expected?: string;
  readonly received?: unknown;
  readonly fix?: string;
}

/** The only kind of error that this library throws. `code` is stable, `message` may be reworded. */
export class SepconvError extends Error {
  override readonly name = 'SepconvError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  /** `instanceof` holds for errors of another copy of this library, too: `import` and `require` load one each. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return (value as Error | null | undefined)?.name === 'SepconvError';
  }
}

/** Builds the error for a wrong argument; all four parts of its sentence are required. */
export function invalid(
  code: ErrorCode,
  argument: string,
  expected: string,
  received: unknown,
  fix: string,
): SepconvError {
  const message = `${argument}: expected ${expected}, got ${describe(received)}; ${fix}`;
  return new SepconvError(code, message, { argument, expected, received, fix });
}

/** A value in a few words, safe for anything a caller may pass. */
export function describe(value: unknown, inside = false): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) {
    if (inside) return '[…]';
    const shown = value.slice(0, 8).map((element) => describe(element, true));
    return `[${shown.join(', ')}${value.length > 8 ? ', …' : ''}]`;
  }
  if (ArrayBuffer.isView(value)) return `${tagOf(value)} of ${value.byteLength} bytes`;
  const keys = Object.keys(value);
  return keys.length > 0 ? `an object with ${keys.slice(0, 8).join(', ')}` : `an object (${tagOf(value)})`;
}

/** The name of a value's built-in type, the same for objects of another realm. */
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
