// A registry of this machine that holds the packed package and its one dependency: what installs from it needs no network.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Packed {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: string;
}

/** Serves these packages, and 404 for every other; resolves to the address. */
export async function serveRegistry(packages: readonly Packed[]): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    const tarball = packages.find(({ manifest }) => path === `${manifest.name}.tgz`);
    const named = packages.find(({ manifest }) => path === manifest.name);
    if (tarball !== undefined) {
      response.end(readFileSync(tarball.tarball));
    } else if (named !== undefined) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(packument(named, `http://${request.headers.host}/${named.manifest.name}.tgz`)));
    } else {
      response.statusCode = 404;
      response.end('{"error":"not found"}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

function packument({ manifest, tarball }: Packed, url: string): unknown {
  const content = readFileSync(tarball);
  const digest = (algorithm: string, encoding: 'hex' | 'base64') =>
    createHash(algorithm).update(content).digest(encoding);
  const dist = { tarball: url, shasum: digest('sha1', 'hex'), integrity: `sha512-${digest('sha512', 'base64')}` };
  const { name, version } = manifest;
  const time = {
    created: '2026-01-01T00:00:00.000Z',
    modified: '2026-01-01T00:00:00.000Z',
    [version]: '2026-01-01T00:00:00.000Z',
  };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } }, time };
}
