// conformance/hosts.json: what sepconv verify gave on machines and engines, and its table in README.md.
// node scripts/conformance-hosts.mjs [--processor name] program … adds the rows of `program … dist/cli/main.js verify --json`;
// with --from folder, those that test/hosts left there.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const file = at('conformance/hosts.json');

const given = process.argv.slice(2);
const folder = given[0] === '--from' ? given.splice(0, 2)[1] : undefined;
const processor = given[0] === '--processor' ? given.splice(0, 2)[1] : undefined;
const [program, ...options] = given;

const nameOf = ({ backend, isa }) => (isa === 'none' ? backend : `${backend}/${isa}`);
const keyOf = (row) => [row.vectors, row.system, row.processor, row.engine, nameOf(row)].join(' · ');

const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
const rows = [...known, ...(folder === undefined ? [] : left()), ...(program === undefined ? [] : collect())];
const newest = new Map(rows.map((row) => [keyOf(row), row]));
const sorted = [...newest.keys()].sort().map((key) => newest.get(key));
writeFileSync(file, `[\n${sorted.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
writeTable(sorted);

function left() {
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

function collect() {
  const args = [...options, at('dist/cli/main.js'), 'verify', '--json'];
  const report = JSON.parse(execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 }));
  return report.rows.map((row) => ({
    ...row,
    commit: row.commit === 'unknown' ? lastChange() : row.commit,
    processor: processor ?? row.processor,
  }));
}

/** The commit that changed the sources last. */
function lastChange() {
  return execFileSync('git', ['log', '-1', '--format=%H', '--', 'src', 'native', 'assembly'], {
    encoding: 'utf8',
  }).trim();
}

/** A line for each engine on each processor: backends and hashes. */
function writeTable(all) {
  const groups = new Map();
  for (const row of all) {
    const host = `${row.engine} | ${row.system} | ${row.processor}`;
    groups.set(host, [...(groups.get(host) ?? []), row]);
  }
  const lines = [...groups].map(([host, group]) => {
    const hashes = [...new Set(group.map(({ sha256 }) => sha256.slice(0, 16)))].join(', ');
    return `| ${host} | ${group.map(nameOf).join(', ')} | \`${hashes}\` |`;
  });
  const head = '| engine | system | processor | backends | hash of all answers |\n| --- | --- | --- | --- | --- |';
  const [begin, end] = ['<!-- conformance: begin -->', '<!-- conformance: end -->'];
  const text = readFileSync(at('README.md'), 'utf8');
  const [before, rest] = text.split(begin);
  const [, after] = rest.split(end);
  writeFileSync(at('README.md'), `${before}${begin}\n\n${head}\n${lines.join('\n')}\n\n${end}${after}`);
}
