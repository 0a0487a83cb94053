// @ts-check
/* What chance alone explains: the interval of a share, the limits of an unchanged rate, and its signals. */

const SIGMAS = 3;
const TAIL = 0.0013498980316300957; // beyond three standard errors, on one side
const ENOUGH = 10; // customers expected to stay, and to leave: for fewer the limits are exact
const LONG_RUN = 8; // so many in a row on one side of the centre are a signal

/** Wilson's score interval of a share; z is the normal quantile of its level. */
export function wilson(kept, n, z) {
  if (n === 0) return [Number.NaN, Number.NaN];
  const p = kept / n;
  const shrink = 1 + z ** 2 / n;
  const centre = (p + z ** 2 / (2 * n)) / shrink;
  const half = (z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n * n))) / shrink;
  return [p === 0 ? 0 : centre - half, p === 1 ? 1 : centre + half];
}

/** The limits for the rate of n customers with the same probability of staying. */
export function chanceLimits(rate, n) {
  const rare = Math.min(rate, 1 - rate);
  if (n * rare < ENOUGH - 1e-9) {
    const [few, many] = exactCounts(n, rare);
    return rate > rare ? [(n - many) / n, (n - few) / n] : [few / n, many / n];
  }
  const half = SIGMAS * Math.sqrt((rate * (1 - rate)) / n);
  return [rate - half, rate + half];
}

/** The lowest and the highest count of a binomial distribution whose tail probability exceeds TAIL. */
function exactCounts(n, p) {
  let term = (1 - p) ** n;
  let below = term;
  let low = null;
  for (let k = 0; k <= n; k += 1) {
    if (low === null && below > TAIL) low = k;
    if (1 - below <= TAIL) return [low ?? 0, k];
    term *= (((n - k) / (k + 1)) * p) / (1 - p);
    below += term;
  }
  return [low ?? 0, n];
}

/** Of each rate, whether it is `below` or `above` its limits, or ends a `run` on one side of the centre. */
export function signalsOf(rates, limits, centre) {
  let [side, run] = [0, 0];
  return rates.map((rate, i) => {
    const [low, high] = limits[i];
    const now = Math.sign(rate - centre);
    run = now === side ? run + 1 : 1;
    side = now;
    if (rate < low) return "below";
    if (rate > high) return "above";
    return run >= LONG_RUN && side !== 0 ? "run" : "";
  });
}
