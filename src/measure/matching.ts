// Names that are looked for from a keyboard.

/**
 * Those whose name matches a regular expression, as it stands or with x, ^2 and -> for ×, ² and →, in capitals or not.
 *
 * @throws SyntaxError where the pattern is no regular expression
 */
export function matching<Named extends { readonly name: string }>(pattern: string, all: readonly Named[]): Named[] {
  // After a digit, ^2 is a power and no anchor.
  const expression = new RegExp(pattern.replaceAll(/(?<=\d)\^2/g, '\\^2'), 'i');
  return all.filter(({ name }) => [name, typed(name)].some((text) => expression.test(text)));
}

function typed(name: string): string {
  return name.replaceAll('×', 'x').replaceAll('²', '^2').replaceAll('→', '->');
}
