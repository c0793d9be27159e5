// @ts-check
// Numbers as the answer rounds them everywhere: whole from ten up, one decimal below, an exact zero as 0.

/**
 * Half to even, as Python rounds; `toFixed` takes the larger.
 * @param {number} size at least 0
 * @param {0 | 1} decimals
 */
function rounded(size, decimals) {
  const scale = 10 ** decimals;
  // binary holds no half of a tenth but quarters, and of a whole but halves
  const tie = ((decimals ? 4 : 2) * size) % 2 === 1;
  const whole = Math.floor(size * scale);
  const fixed = (tie ? (whole + (whole % 2)) / scale : size).toFixed(decimals);
  return fixed.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** @param {number} value */
export function asCount(value) {
  if (value === 0) return "0";
  return (value < 0 ? "-" : "") + rounded(Math.abs(value), Math.abs(value) >= 10 ? 0 : 1);
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
