// The queue's library and its connection: optional, loaded where a queue is named. Credentials stay in here.
import { invalid, SepconvError } from '../../core/errors.js';

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly db?: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: object;
  readonly maxRetriesPerRequest: null;
}

/**
 * Reads where the queue is.
 *
 * @param address `redis://` or, with TLS, `rediss://`, then `user:password@host:port/database`
 * @throws SepconvError `ERR_OPTION`, without what may be a password
 */
export function connectionOf(address: string): Connection {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:') {
    throw invalid(
      'ERR_OPTION',
      'queue',
      'redis://HOST:PORT or rediss://HOST:PORT',
      'another address',
      'name the queue so',
    );
  }
  const database = Number(url.pathname.slice(1));
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || 'localhost',
    port: Number(url.port || 6379),
    ...(database > 0 && { db: database }),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
    maxRetriesPerRequest: null,
  };
}

/** An address without its credentials. */
export function shownAddress(address: string): string {
  const { host, port, tls } = connectionOf(address);
  return `${tls ? 'rediss' : 'redis'}://${host}:${port}`;
}

/** @throws SepconvError (rejects) `ERR_BACKEND_UNAVAILABLE` where bullmq or ioredis is not installed */
export async function loadBullmq(): Promise<typeof import('bullmq')> {
  try {
    await import('ioredis');
    return await import('bullmq');
  } catch (cause) {
    const fix = 'npm install bullmq ioredis';
    const message = `queue: a queue needs the packages bullmq and ioredis, which do not load here; ${fix}`;
    throw new SepconvError('ERR_BACKEND_UNAVAILABLE', message, { argument: 'queue', fix }, cause);
  }
}

/**
 * Asks the queue's server for a sign of life.
 *
 * @throws SepconvError (rejects) `ERR_FILE`, without credentials
 */
export async function checkAnswers(address: string): Promise<void> {
  const { Redis } = await import('ioredis');
  const options = { ...connectionOf(address), lazyConnect: true, retryStrategy: () => null, connectTimeout: 5000 };
  const client = new Redis(options);
  let reason: string | undefined;
  client.on('error', (error) => {
    reason ??= error.message;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (cause) {
    const received = `${shownAddress(address)} (${reason ?? (cause as Error).message})`;
    throw invalid(
      'ERR_FILE',
      'queue',
      'a server that answers',
      received,
      'check that it runs, its address and its password',
    );
  } finally {
    client.disconnect();
  }
}

/** Why a connection failed, without credentials; nothing where an error is none of a connection. */
export function connectionFault(error: Error & { readonly code?: string }): string | undefined {
  const isOne = error.code !== undefined || error.message === 'Connection is closed.';
  return isOne ? error.message || error.code : undefined;
}

/** Ends a connection: by word, or where the server does not answer without. */
export async function end(connection: { close(): Promise<void>; disconnect(): Promise<void> }): Promise<void> {
  const closed = connection.close().catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      // One that is being begun anew never says that it has ended.
      connection.disconnect().catch(() => {});
      resolve();
    }, 1000);
  });
  await Promise.race([closed, silence]);
  clearTimeout(timer);
}

/** Fails where the queue does not answer, rather than waiting for ever. */
export async function answered<Result>(
  address: string,
  answer: Promise<Result>,
  milliseconds = 10_000,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const fix = 'check that it runs, its address and its password';
      reject(invalid('ERR_FILE', 'queue', 'an answer', `none from ${shownAddress(address)}`, fix));
    }, milliseconds);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
