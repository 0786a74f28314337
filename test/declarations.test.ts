// What users see in their editors: the declarations as they are published, asked as an editor asks them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import * as sepconv from '../src/entries/core.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const types = join(root, 'dist/types');
const program = join(types, 'entries/consumer.ts');
const options: ts.CompilerOptions = {
  ...{ strict: true, noEmit: true, types: [], lib: ['lib.es2022.d.ts'] },
  ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext },
};

/** The functions among the members of a module or an object, by name; classes begin with a capital. */
function functionsOf(members: object): string[] {
  return Object.entries(members).flatMap(([name, value]) =>
    typeof value === 'function' && /^[a-z]/.test(name) ? name : [],
  );
}

/** The language service on a user's program. */
function serviceOn(text: string): ts.LanguageService {
  const read = (path: string) => (path === program ? text : ts.sys.readFile(path));
  return ts.createLanguageService({
    ...ts.sys,
    readFile: read,
    fileExists: (path) => path === program || ts.sys.fileExists(path),
    getCompilationSettings: () => options,
    getScriptFileNames: () => [program],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const found = read(path);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    useCaseSensitiveFileNames: () => true,
    getCurrentDirectory: () => types,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
}

interface Shown {
  readonly text: string;
  readonly tags: readonly string[];
}

/** What the editor shows where the last word of an expression stands. */
function hover(service: ts.LanguageService, text: string, expression: string): Shown {
  const begin = text.lastIndexOf(`${expression};`);
  const name = expression.lastIndexOf('.') + 1;
  const info = service.getQuickInfoAtPosition(program, begin + name);
  return {
    text: ts.displayPartsToString(info?.documentation),
    tags: info?.tags?.map((tag) => tag.name) ?? [],
  };
}

function complaints(text: string): string[] {
  const service = serviceOn(text);
  const paths =
    service
      .getProgram()
      ?.getSourceFiles()
      .map(({ fileName }) => fileName) ?? [];
  return paths
    .filter((path) => path.startsWith(types))
    .flatMap((path) => [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)])
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const functions = functionsOf(sepconv);
const methods = {
  runtime: functionsOf(sepconv.defaultRuntime()),
  operator: ['run', 'runAsync', 'stream', 'outputShape', 'cost'],
  initializers: functionsOf(sepconv.initializers),
};
const expressions = [
  ...functions,
  ...Object.entries(methods).flatMap(([object, names]) => names.map((name) => `${object}.${name}`)),
];
const text = `
import { ${[...functions, 'initializers', 'type Runtime', 'type Operator'].join(', ')} } from './core.js';
declare const runtime: Runtime;
declare const operator: Operator;
${expressions.map((expression) => `${expression};`).join('\n')}
`;

test('the program names all there is', () => {
  expect(expressions.length).toBeGreaterThan(60);
  expect(complaints(text)).toEqual([]);
});

describe('an editor shows what it does, returns and throws, and an example', () => {
  const service = serviceOn(text);
  test.each(expressions)('%s', (expression) => {
    const shown = hover(service, text, expression);
    expect(shown.text).toMatch(/\w.*\./);
    const tags = ['returns', 'throws', 'example'].filter((tag) => !shown.tags.includes(tag));
    expect(tags).toEqual([]);
  });
});

describe('types', () => {
  const using = (line: string) => `
    import { prepareActivate, prepareAdd, prepareConv2d, type Tensor } from './core.js';
    declare const a: Tensor;
    ${line}
  `;

  test.each([
    'prepareAdd().run(a, { residual: a, out: a });',
    'prepareConv2d(a).run(a); prepareConv2d(a).run(a, { residual: a });',
    "prepareActivate('relu').run(a, { out: a });",
    'prepareConv2d(a).runAsync(a); prepareConv2d(a).stream([a, { input: a, residual: a }]);',
    'prepareAdd().runAsync(a, { residual: a }); prepareAdd().stream([{ input: a, residual: a }]);',
    "const layers = [prepareConv2d(a), prepareActivate('relu')]; layers[0].run(a);",
    'prepareConv2d(a)[Symbol.dispose]();',
  ])('%s', (line) => {
    expect(complaints(using(line))).toEqual([]);
  });
  test.each([
    ['prepareAdd().run(a);', 'Expected 2 arguments'],
    ['prepareAdd().run(a, { out: a });', "Property 'residual' is missing"],
    ["prepareActivate('relu').run(a, { residual: a });", "'residual' does not exist"],
    ['prepareAdd().runAsync(a);', 'Expected 2 arguments'],
    ['prepareAdd().stream([a]);', 'missing the following properties'],
    ["prepareConv2d(a, { padding: 'some' });", `not assignable to type 'Padding | undefined'`],
  ])('%s', (line, complaint) => {
    expect(complaints(using(line)).join()).toContain(complaint);
  });
});

test.each(['types', 'types-cjs'])('%s tells nothing of the inside', (folder) => {
  const path = join(root, 'dist', folder);
  for (const file of readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.d.ts'),
  )) {
    const declared = readFileSync(join(path, file), 'utf8');
    expect(declared, file).not.toMatch(/\b(Kernels|Op|Memory|Prepared|Plan|Step|Stage|Settled|Params)\b(?!.*\*)/);
  }
});
