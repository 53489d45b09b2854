// The offset that a person gives a lead (docs/scoring.md section 4).

import { parseInstant, toMilli } from './text.mjs';

const POINTS_MAX = 10_000;
const isText = (v) => v === undefined || v === null || typeof v === 'string';
const isPoints = (v) => typeof v === 'number' && Math.abs(v) <= POINTS_MAX && Math.abs(v * 1000 - toMilli(v)) < 1e-6;

/** {index, at, key, points, end, reason} of a score_offset event, or null when its properties are malformed. Over at once: worth 0 points. */
export function readOffset({ at, key, properties }, index) {
  const { points, reason, author, expires_at: until } = properties ?? {};
  if (!isPoints(points) || !isText(reason) || !isText(author)) return null;
  const end = until === undefined || until === null ? Infinity : parseInstant(until);
  if (end === null) return null;
  return { index, at, key, points: end > at ? toMilli(points) : 0, end, reason: reason || 'offset' };
}
