// Numbers of float32 for people.

/** The shortest decimal that is this float32 and no other. */
export function exactText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

/** At most six characters or so, for a small cell. */
export function shortText(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || (Number.isInteger(value) && size < 1e5)) return String(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(1);
  return String(Number(value.toPrecision(size < 1 ? 3 : 4)));
}

/** Names for channels: red, green and blue where there are three. */
export function channelName(channel: number, channels: number): string {
  return channels === 3 ? `channel ${channel} (${['red', 'green', 'blue'][channel]})` : `channel ${channel}`;
}
