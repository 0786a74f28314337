// The house's rules: lists that are mirrored, files that go by an op's name, who may import whom.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { opNames } from '../src/core/kernels.js';
import { activations, borders, dtypes, layouts, packParams, paramWords, reductions } from '../src/core/params.js';
import { paramNames, paramsBy } from './support/params.js';
import { stemOf } from './support/stems.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('params are listed three times, alike,', () => {
  // A half is nothing as an integer.
  const halves = packParams([paramsBy(() => 0.5)]);
  const fields = paramNames.map((name, i) => `${halves[i] === 0 ? 'int32' : 'float32'} ${name}`);
  const snake = (name: string) => name.replace(/[a-z](?=[A-Z])/g, '$&_').toUpperCase();
  const codes = { Layout: layouts, Dtype: dtypes, Activation: activations, Reduction: reductions, Border: borders };
  const types: Record<string, string> = { int32_t: 'int32', float: 'float32', i32: 'int32', f32: 'float32' };

  /** The lines between the braces that follow a name, without comments. */
  function bodyOf(source: string, name: string): string[] {
    const [, body = ''] = source.match(new RegExp(`(?:struct|class|enum) ${name}\\b[^{]*\\{([^}]*)\\}`)) ?? [];
    const lines = body.replace(/\/\*.*?\*\/|\/\/.*/g, '').split(/[\n;,]/);
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  }

  test.each([
    ['native/params.h', (line: string) => line.split(' ')],
    ['assembly/params.ts', (line: string) => line.split(': ').reverse()],
  ] as const)('%s', (path, typeAndName) => {
    const source = read(path);
    const listed = bodyOf(source, 'Params').map((line) => {
      const [type, name] = typeAndName(line);
      return `${types[type]} ${name}`;
    });
    expect(listed).toEqual(fields);
    for (const [name, values] of Object.entries(codes)) expect(bodyOf(source, name)).toEqual(values.map(snake));
  });

  test('and packed in that order', () => {
    const words = packParams([paramsBy((_, i) => i + 1), paramsBy((_, i) => 100 + i)]);
    const floats = new Float32Array(words.buffer);
    for (const [i, field] of fields.entries()) {
      const packed = field.startsWith('int32') ? words : floats;
      expect([packed[i], packed[fields.length + i]], field).toEqual([i + 1, 100 + i]);
    }
  });

  test('and all of them', () => {
    expect(paramNames).toHaveLength(paramWords);
  });
});

describe.each(opNames.map(stemOf))('%s stands in every layer under its own name', (stem) => {
  test.each([
    `src/ops/${stem}.ts`,
    `src/backends/reference/${stem}.ts`,
    `native/kernels/${stem}.h`,
    `assembly/${stem}.ts`,
    `test/golden/${stem}.json`,
  ])('%s', (path) => expect(existsSync(join(root, path))).toBe(true));
});

test('who may import whom', () => {
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const folders = ['src', 'test', 'bench'].filter((folder) => existsSync(join(root, folder)));
  const options = ['--config', '.dependency-cruiser.cjs', '--output-type', 'err'];
  const { status, stdout } = spawnSync(process.execPath, [cruiser, ...folders, ...options], { cwd: root });
  expect(status, String(stdout)).toBe(0);
});

test('no arithmetic in src differs between engines', () => {
  const banned = /^(a?(sin|cos|tan)h?|atan2|exp|expm1|log|log2|log10|log1p|pow|hypot|cbrt|random)$/;
  const found: string[] = [];
  for (const path of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts')) continue;
    const source = ts.createSourceFile(path, read(`src/${path}`), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (isMath(node) && !isAllowedUse(node.parent)) found.push(`${path}: ${node.parent.getText()}`);
      if (ts.isBinaryExpression(node) && !isLiteralPower(node)) found.push(`${path}: ${node.getText()}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  expect(found).toEqual([]);

  function isMath(node: ts.Node): boolean {
    return ts.isIdentifier(node) && node.text === 'Math';
  }

  function isAllowedUse(parent: ts.Node): boolean {
    return ts.isPropertyAccessExpression(parent) && !banned.test(parent.name.text);
  }

  /** Whether this is no power, or one of two literals, which is exact in every engine for powers of two. */
  function isLiteralPower({ operatorToken, left, right }: ts.BinaryExpression): boolean {
    if (operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken) return false;
    if (operatorToken.kind !== ts.SyntaxKind.AsteriskAsteriskToken) return true;
    return ts.isNumericLiteral(left) && /^-?\d+$/.test(right.getText());
  }
});
