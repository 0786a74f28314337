// Pictures at addresses: those of allowed hosts, and of none inside the network that was not itself allowed.
import { lookup as resolveName } from 'node:dns';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { invalid, SepconvError } from '../../core/errors.js';
import { type Bounds, tooLarge } from './confine.js';

/**
 * The bytes at an address; what it redirects to is not followed.
 *
 * @throws SepconvError (rejects) `ERR_FILE`, `ERR_LIMIT`; with `signal.reason` when it is aborted
 */
export async function download(address: string, bounds: Bounds, signal: AbortSignal): Promise<Uint8Array> {
  const url = checkAllowed('input', address, bounds);
  return ask('input', url, { method: 'GET' }, undefined, bounds, signal);
}

/**
 * Puts bytes at an address, in place of what is there.
 *
 * @throws SepconvError (rejects) `ERR_FILE`, `ERR_LIMIT`; with `signal.reason` when it is aborted
 */
export async function upload(address: string, bytes: Uint8Array, bounds: Bounds, signal: AbortSignal): Promise<void> {
  const url = checkAllowed('output', address, bounds);
  await ask('output', url, { method: 'PUT', headers: { 'content-length': bytes.length } }, bytes, bounds, signal);
}

/** @throws SepconvError `ERR_FILE` where the host was not allowed, or is inside the network */
export function checkAllowed(argument: string, address: string, { allowedHosts }: Bounds): URL {
  const url = new URL(address);
  if (!allowedHosts.includes(url.host) || url.username || url.password) {
    const expected = 'an address of a host that --allow-host names, without a password';
    throw invalid('ERR_FILE', argument, expected, url.host, 'allow it, or give a file');
  }
  return url;
}

/** An address as it may be told: what stands behind the path may be a credential. */
export function shownUrl(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}

async function ask(
  argument: string,
  url: URL,
  options: { readonly method: string; readonly headers?: Record<string, number> },
  body: Uint8Array | undefined,
  bounds: Bounds,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const request = url.protocol === 'https:' ? secureRequest : plainRequest;
  const lookup = lookupWithin(url, bounds);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, { ...options, lookup, signal, agent: false }, resolve)
        .on('error', reject)
        .end(body);
    });
    const { statusCode = 0 } = response;
    if (statusCode < 200 || statusCode > 299) {
      response.destroy();
      const fix = statusCode >= 300 && statusCode < 400 ? 'give the address that it leads to' : 'check it';
      throw invalid('ERR_FILE', argument, 'an address that answers', `${shownUrl(url.href)} (${statusCode})`, fix);
    }
    return await bytesOf(response, url, bounds);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof SepconvError) throw cause;
    const received = `${shownUrl(url.href)} (${(cause as Error).message})`;
    throw invalid('ERR_FILE', argument, 'an address that answers', received, 'check it');
  }
}

async function bytesOf(response: IncomingMessage, url: URL, { maxBytes }: Bounds): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(shownUrl(url.href), size, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Resolves a name, and connects to what it resolved to if that may be reached: no second answer comes in between. */
function lookupWithin({ host, port }: URL, { allowedHosts }: Bounds): LookupFunction {
  return (name, options, callback) => {
    resolveName(name, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const named = (address: string) => [address, `${address}:${port}`].some((each) => allowedHosts.includes(each));
      const reachable = found.filter(({ address }) => isPublic(address) || named(address));
      if (reachable.length > 0) {
        if (options.all) return callback(null, reachable);
        return callback(null, reachable[0].address, reachable[0].family);
      }
      const fix = 'name that address with --allow-host, too, if it is meant';
      callback(
        invalid('ERR_FILE', 'address', 'a host outside of the network', `${host} at ${found[0]?.address}`, fix),
        [],
      );
    });
  };
}

/** What is not of the public internet, by IANA's registries of special-purpose addresses. */
const special = new BlockList();
addSubnets(special, 'ipv4', '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24');
addSubnets(special, 'ipv4', '192.168.0.0/16 198.18.0.0/15 224.0.0.0/3');

/** Of IPv6 what is global unicast, but for what leads to an IPv4 address (6to4, Teredo). */
const global = new BlockList();
addSubnets(global, 'ipv6', '2000::/3');
addSubnets(special, 'ipv6', '2001::/23 2001:db8::/32 2002::/16');

function addSubnets(list: BlockList, type: 'ipv4' | 'ipv6', subnets: string): void {
  for (const subnet of subnets.split(' ')) {
    const [net, prefix] = subnet.split('/');
    list.addSubnet(net, Number(prefix), type);
  }
}

/** Whether an IP address is of the public internet. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !special.check(address, 'ipv4');
  return global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}
