/** A TAMS timestamp in seconds, as plots draw it: exact times are in its text. */
export function secondsOf(timestamp: string): number {
  const [, sign = '', seconds = '0', nanoseconds = '0'] = /^(-?)(\d+):(\d+)$/.exec(timestamp) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(seconds) + Number(nanoseconds) / 1e9);
}

/** Begin and end of a timerange, in seconds. */
export function boundsOf(timerange: string): readonly [number, number] {
  const [start = '0:0', end = start] = timerange.replaceAll(/[[\]()]/g, '').split('_');
  return [secondsOf(start), secondsOf(end)];
}
