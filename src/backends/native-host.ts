// What is asked of a host with the modules of Node: those modules, variables of the environment, and Deno's permissions.
// Node, Bun and Deno answer; what one of them lacks or refuses is absent.

interface Builtins {
  'node:diagnostics_channel': typeof import('node:diagnostics_channel');
  'node:fs': typeof import('node:fs');
  'node:os': typeof import('node:os');
  'node:worker_threads': typeof import('node:worker_threads');
}

/** A module of Node, without an import that a bundler would follow. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  return process.getBuiltinModule?.(name) as Builtins[Name] | undefined;
}

export function variable(name: string): string | undefined {
  if (!isGranted({ name: 'env', variable: name })) return undefined;
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}

interface Permission {
  readonly name: 'env' | 'ffi' | 'read' | 'sys';
  readonly variable?: string;
  readonly path?: string;
  readonly kind?: string;
}

interface DenoPermissions {
  querySync(permission: Permission): { readonly state: string };
}

/** False where Deno would ask its user on the terminal or refuse; the other hosts have no such question. */
export function isGranted(permission: Permission): boolean {
  const { Deno: deno } = globalThis as { Deno?: { readonly permissions?: DenoPermissions } };
  return deno?.permissions === undefined || deno.permissions.querySync(permission).state === 'granted';
}
