// @ts-check
/*
 * A stage model step by step: crrkit.judge.whatif computes the same in Python, and a browser test compares the two.
 * Nothing is drawn here.
 */

export const POINT = 0.01; // one point
export const SLACK = 1e-9; // of rounding
const UNKNOWN = { customers: NaN, crr: NaN, crr_endpoint: NaN, margin: NaN };
const PRIOR = 0.5; // Jeffreys' prior: a transition that nobody made is not known to be impossible

export const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
const among = (row, retained) => total(row.filter((_, i) => retained[i]));

/** The current value of a lever: a probability, or a share of those kept; NaN if nobody is kept. */
export function level({ retained }, matrix, { how, own, towards }) {
  const row = matrix[own];
  const kept = among(row, retained);
  if (how === "share") return kept ? row[towards] / kept : NaN;
  return how === "keep" ? kept : row[towards];
}

/** The change of the lever's own row for one unit of the lever: `direction` of crrkit/judge/whatif/scenario.py. */
function direction({ retained }, matrix, { how, own, towards }) {
  const row = matrix[own];
  const kept = among(row, retained);
  const to = (share, other) => row.map((_, i) => share * Number(i === towards) - other * Number(i === own));
  const nobodyLeaves = Math.abs(1 - total(row)) <= SLACK; // then taken from those who stay
  if (how === "enter") return to(1, Number(nobodyLeaves));
  if (how === "share") return to(kept, kept);
  const stays = (share, i) => (kept ? share / kept : Number(i === own)); // whom nobody kept yet stays where it is
  const leaves = (share) => (kept < 1 ? -share / (1 - kept) : 0);
  return row.map((share, i) => (retained[i] ? stays(share, i) : leaves(share)));
}

const added = (matrix, own, way) => matrix.map((row, i) => (i === own ? row.map((share, j) => share + way[j]) : row));
const wayOf = (chain, matrix, lever, change) => direction(chain, matrix, lever).map((share) => change * share);
const shifted = (chain, matrix, lever, change) => added(matrix, lever.own, wayOf(chain, matrix, lever, change));

/** The matrix with the levers moved, one after the other: `apply` of crrkit/judge/whatif/scenario.py. */
export function moved(chain, changes) {
  return chain.levers.reduce(
    (matrix, lever) => (changes[lever.name] ? shifted(chain, matrix, lever, changes[lever.name]) : matrix),
    chain.matrix,
  );
}

/** The chain with scaled inflow and its scaled standard deviation: `apply`, and `with_inflow` of basis.py. */
export function withInflow(chain, change = 0) {
  if (!change) return chain;
  const { basis } = chain;
  const spread = basis && {
    ...basis.spread,
    entries: basis.spread.entries.map((variance) => (1 + change) ** 2 * variance),
  };
  return { ...chain, inflow: chain.inflow.map((n) => n * (1 + change)), basis: basis && { ...basis, spread } };
}

const after = (counts, matrix, inflow) =>
  matrix.map((_, j) => inflow[j] + total(counts.map((n, i) => n * matrix[i][j])));

/** The base step by step, step 0 first; rates without customers are NaN, not 0. */
export function project(chain, matrix, periods, margins) {
  const { stages, retained, start, inflow } = chain;
  const none = start.map(() => 0);
  const rates = matrix.map((row) => among(row, retained));
  const worth = stages.map((stage) => margins[stage] ?? 0);
  const path = [start];
  const first = [start.map((n, i) => (retained[i] ? n : 0))];
  for (let step = 0; step < periods; step += 1) {
    path.push(after(path[step], matrix, inflow));
    first.push(after(first[step], matrix, none));
  }
  const customers = path.map((counts) => among(counts, retained));
  const kept = path.map((counts) =>
    among(
      counts.map((n, i) => n * rates[i]),
      retained,
    ),
  );
  return {
    path,
    first,
    customers,
    crr: customers.map((_, step) => (step ? kept[step - 1] / customers[step - 1] : NaN)),
    endpoint: first.map((counts) => among(counts, retained) / total(first[0])),
    margin: path.map((counts) => total(counts.map((n, i) => n * worth[i]))),
    rates,
  };
}

/** The band of the customers of each step: `band` of band.py, with its three terms. */
export function band(chain, matrix, path, customers) {
  if (!chain.basis) return { low: customers, high: customers };
  const worth = powers(matrix, chain.retained.map(Number), path.length - 1);
  return around(chain, matrix, path, customers, worth);
}

/** The band of the cumulative margin, without step 0: `margin_band` of band.py. */
export function marginBand(chain, matrix, path, margins) {
  const worth = chain.stages.map((stage) => margins[stage] ?? 0);
  let sum = 0;
  const totals = path.map((counts, step) => {
    sum += step ? total(counts.map((n, i) => n * worth[i])) : 0;
    return sum;
  });
  if (!chain.basis) return { totals, low: totals, high: totals };
  const summed = powers(matrix, worth, path.length - 1);
  for (let k = 1; k < summed.length; k += 1) summed[k] = summed[k].map((value, j) => value + summed[k - 1][j]);
  return { totals, ...around(chain, matrix, path, totals, summed) };
}

/** The band of the rate of the last step: the end of `rate_band` of band.py. */
export function rateBand(chain, matrix, path) {
  const [{ retained, basis }, steps] = [chain, path.length - 1];
  const rates = matrix.map((row) => among(row, retained));
  const before = path[steps - 1].map((count, i) => (retained[i] ? count : 0));
  const n = total(before);
  const rate = total(before.map((count, i) => count * rates[i])) / n;
  if (!basis || !(rate > 0 && rate < 1)) return { low: rate, high: rate };
  const beside = rates.map((own, i) => (retained[i] ? (own - rate) / n : 0));
  const later = powers(matrix, beside, steps - 1).reverse();
  const worth = [...later, retained.map((is) => Number(is) / n)];
  const came = [...later, retained.map(() => 0)]; // who comes in the step itself is not in its rate
  const spread = Math.sqrt(variance(chain, matrix, [...path.slice(0, steps - 1), before], worth, came));
  const half = (basis.quantile * spread) / (rate * (1 - rate));
  const odds = Math.log(rate / (1 - rate));
  return { low: 1 / (1 + Math.exp(half - odds)), high: 1 / (1 + Math.exp(-half - odds)) };
}

/** The contribution of one person, 0 to a number of steps earlier. */
function powers(matrix, worth, steps) {
  const rows = steps > 0 ? [worth] : [];
  while (rows.length < steps) rows.push(matrix.map((row) => total(row.map((share, j) => share * rows.at(-1)[j]))));
  return rows;
}

/** The ends around positive values; step 0 is certain. */
function around(chain, matrix, path, values, worth) {
  const factors = values.map((value, step) => {
    if (!step || value === 0) return 1;
    const rows = worth.slice(0, step).reverse();
    return value > 0
      ? Math.exp((chain.basis.quantile * Math.sqrt(variance(chain, matrix, path.slice(0, step), rows, rows))) / value)
      : NaN;
  });
  return { low: values.map((n, step) => n / factors[step]), high: values.map((n, step) => n * factors[step]) };
}

/** The three terms for one horizon: row t of `worth` is a person's contribution after step t, of `came` for entries. */
function variance({ basis }, matrix, path, worth, came) {
  const { sizes, excess, entries, periods } = basis.spread;
  const under = (shares, values) => {
    const mean = total(shares.map((share, j) => share * values[j]));
    return total(shares.map((share, j) => share * (values[j] - mean) ** 2));
  };
  const shares = matrix.map((row) => [...row, 1 - total(row)]);
  const values = worth.map((row) => [...row, 0]); // who left counts for 0
  const rows = shares.map((row, i) => {
    const alpha = row.map((share) => share * sizes[i] + PRIOR);
    const sum = total(alpha);
    const gradient = row.map((_, j) => total(values.map((value, t) => path[t][i] * value[j])));
    const chance = total(values.map((value, t) => path[t][i] * under(row, value)));
    const drawn = under(
      alpha.map((each) => each / sum),
      gradient,
    );
    return drawn / (sum + 1) + excess[i] * chance;
  });
  const entered = entries.map(
    (spread, j) =>
      spread * (total(came.map((value) => value[j] ** 2)) + total(came.map((value) => value[j])) ** 2 / periods),
  );
  return total(rows) + total(entered);
}

/** The change of a path from a change of one row: `Chain.gain`; a difference of two paths would lose digits. */
function gains(matrix, path, own, way) {
  const next = added(matrix, own, way);
  const rows = [way.map(() => 0)];
  path.slice(0, -1).forEach((counts, i) =>
    rows.push(
      after(
        rows[i],
        next,
        way.map((share) => counts[own] * share),
      ),
    ),
  );
  return rows;
}

/** The change of the last step's rate from a change of one row: `_rate_gain` of levers.py. */
function rateGain({ retained }, { path, customers, crr, rates }, more, own, way) {
  const lift = rates.map((_, i) => (i === own ? among(way, retained) : 0));
  const top = among(
    rates.map((rate, i) => path.at(-2)[i] * lift[i] + more[i] * (rate + lift[i] - crr.at(-1))),
    retained,
  );
  return top / (customers.at(-2) + among(more, retained) || NaN);
}

function gainsOf(chain, matrix, now, margins, own, way) {
  const rows = gains(matrix, now.path, own, way);
  const closed = gains(matrix, now.first, own, way);
  return {
    customers: among(rows.at(-1), chain.retained),
    crr: rateGain(chain, now, rows.at(-2), own, way),
    crr_endpoint: among(closed.at(-1), chain.retained) / total(now.first[0]),
    margin: total(rows.map((more) => total(chain.stages.map((stage, i) => more[i] * (margins[stage] ?? 0))))),
  };
}

/** The effect of one more point on each lever from its current value; NaN without room. */
export function effects(unmoved, changes, periods, margins, point = POINT) {
  const chain = withInflow(unmoved, changes.inflow);
  const matrix = moved(chain, changes);
  const now = project(chain, matrix, periods, margins);
  return chain.levers.map((lever) => {
    const full = lever.high - (changes[lever.name] ?? 0) + SLACK < point;
    const gain = full ? UNKNOWN : gainsOf(chain, matrix, now, margins, lever.own, wayOf(chain, matrix, lever, point));
    const treated = total(now.path.slice(0, -1).map((counts) => counts[lever.own]));
    const cost = full ? NaN : (chain.costs[lever.name] ?? NaN) * treated;
    const per = (value) => (cost > 0 ? value / cost : NaN);
    return {
      lever: lever.name,
      full,
      cost,
      ...gain,
      customers_per_1000: per(1000 * gain.customers),
      margin_per_cost: per(gain.margin),
    };
  });
}

/** The effect of one more point on each lever by each step, from the first: `by_horizon` of levers.py. */
export function effectsByStep(unmoved, changes, periods, margins, point = POINT) {
  const chain = withInflow(unmoved, changes.inflow);
  const matrix = moved(chain, changes);
  const { path } = project(chain, matrix, periods, margins);
  const worth = chain.stages.map((stage) => margins[stage] ?? 0);
  return chain.levers.map((lever) => {
    const full = lever.high - (changes[lever.name] ?? 0) + SLACK < point;
    const rows = full ? [] : gains(matrix, path, lever.own, wayOf(chain, matrix, lever, point)).slice(1);
    let [margin, cost] = [0, 0];
    const steps = rows.map((more, step) => {
      margin += total(more.map((n, i) => n * worth[i]));
      cost += (chain.costs[lever.name] ?? NaN) * path[step][lever.own];
      const customers = among(more, chain.retained);
      const per = (value) => (cost > 0 ? value / cost : NaN);
      return { customers, margin, cost, customers_per_1000: per(1000 * customers), margin_per_cost: per(margin) };
    });
    return { lever: lever.name, steps };
  });
}

/** The bottom and top of each customer stage at each step, stacked. */
export function layers({ retained }, path) {
  const feet = path.map(() => 0);
  return retained.flatMap((kept, i) => {
    if (!kept) return [];
    const low = [...feet];
    path.forEach((counts, step) => (feet[step] += counts[i]));
    return [[low, [...feet]]];
  });
}
