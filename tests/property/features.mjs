// The parts of docs/scoring.md that random models and histories use beyond the plainest, in one list. A hunt may narrow it.

export const FEATURES = [
  'linear', 'expires_after', 'sequence', 'count', 'offset', 'count_events', 'days_since', 'looks', 'zones', 'weights', 'taxonomies', 'applies_when', 'accounts', 'contacts', 'resets', 'segments',
];

const used = new Set(FEATURES);

/** Narrows to the named ones, for a hunt: "linear,offset"; "all" for all. */
export function useFeatures(names) {
  used.clear();
  for (const name of names === 'all' ? FEATURES : names.split(',').filter(Boolean)) used.add(name);
}

export const has = (name) => used.has(name);
