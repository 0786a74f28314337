// sepconv playground: the page that shows it all, served to this machine alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SepconvError } from '../core/errors.js';
import { writeStdout } from '../image/files.js';
import { readWholeText } from '../image/option-texts.js';

export interface PlaygroundOptions {
  readonly port?: string;
  readonly open?: boolean;
}

const folder = fileURLToPath(new URL('../../dist/playground', import.meta.url));

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
};

/** What the page does without: scripts from elsewhere, code from text, other pages around it. */
const headers = {
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-cache',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Serves the page on the loopback interface until the process is interrupted, and prints its address.
 *
 * @throws SepconvError (rejects) `ERR_OPTION`; `ERR_FILE` where the page is not built, or the port is taken
 */
export async function playground(options: PlaygroundOptions): Promise<void> {
  const fix = 'leave it out for a free one';
  const port = options.port === undefined ? 0 : readWholeText('port', options.port, 0, 65535, fix);
  const server = await listen(createPageServer(readPage()), port);
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await writeStdout(`${address}\n`);
  if (process.stderr.isTTY) process.stderr.write('the page is served until Ctrl-C\n');
  if (options.open) openBrowser(address);
  await once(server, 'close');
}

/** Every file of the page by its path, so that nothing else can be asked for. */
function readPage(): ReadonlyMap<string, Buffer> {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => extname(name) in types);
    const files = new Map(names.map((name) => [`/${name.split(sep).join('/')}`, readFileSync(join(folder, name))]));
    return files.set('/', files.get('/index.html')!);
  } catch (cause) {
    throw new SepconvError(
      'ERR_FILE',
      `playground: the page is not in ${folder}; npm run build:page makes it`,
      {},
      cause,
    );
  }
}

function createPageServer(files: ReadonlyMap<string, Buffer>): Server {
  return createServer(({ method, url = '/', headers: { host = '' } }, response) => {
    const path = url.replace(/[?#].*/, '');
    const file = files.get(path);
    // Another site's name that leads here is not this page: its scripts may not read it.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) response.writeHead(403).end();
    else if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
    else if (file === undefined) response.writeHead(404, { 'content-type': 'text/plain' }).end('no such file\n');
    else {
      const type = types[extname(path)] ?? types['.html'];
      response.writeHead(200, { ...headers, 'content-type': type, 'content-length': file.length });
      response.end(method === 'HEAD' ? undefined : file);
    }
  });
}

async function listen(server: Server, port: number): Promise<Server> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'is taken' : (cause as Error).message;
    throw new SepconvError(
      'ERR_FILE',
      `port: ${port} ${reason}; leave it out for a free one`,
      { argument: 'port' },
      cause,
    );
  }
}

/** Opens the visitor's browser; where there is none, the printed address is enough. */
function openBrowser(address: string): void {
  const [command, ...args] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? [
    'xdg-open',
  ];
  spawn(command, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
