// @ts-check
// Numbers as the answer rounds them everywhere: whole from ten up, one decimal below, an exact zero as 0.

/**
 * Half to even, as Python rounds: a tie is a number that binary holds exactly.
 * @param {number} value
 * @param {number} decimals
 */
function rounded(value, decimals) {
  const scale = 10 ** decimals;
  const times = Math.abs(value) * scale;
  const floor = Math.floor(times);
  const tie = times - floor === 0.5 && times / scale === Math.abs(value);
  const whole = tie ? floor + (floor % 2) : null;
  const size = whole === null ? Math.abs(value) : whole / scale;
  return size.toLocaleString("en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** @param {number} value */
export function asCount(value) {
  if (value === 0) return "0";
  return (value < 0 ? "-" : "") + rounded(value, Math.abs(value) >= 10 ? 0 : 1);
}

/** @param {readonly number[]} interval */
export function asRange(interval) {
  return `${asCount(interval[0])} to ${asCount(interval[1])}`;
}

/** @param {number} share */
export function asPercent(share) {
  const percent = 100 * share;
  return `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)}%`;
}

/**
 * A cell of a data table: three figures for what is small, so that rates stay apart.
 * @param {unknown} value
 */
export function asCell(value) {
  if (typeof value !== "number") return value === null || value === undefined ? "–" : String(value);
  if (value === 0 || Math.abs(value) >= 10) return asCount(value);
  return value.toLocaleString("en-GB", { maximumSignificantDigits: 3 });
}
