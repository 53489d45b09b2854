// One spelling for free text (docs/scoring.md section 10).

import { lookUpProfile } from './logic.mjs';
import { fold } from './text.mjs';

const SEPARATORS = /[\s\-‐–—/_·>]+/gu;

const spellingOf = (text) => fold(text).replace(SEPARATORS, ' ').trim();

export function readTaxonomy({ attribute, entries }) {
  const spellings = new Map(entries.flatMap(({ value, synonyms = [] }) => [value, ...synonyms].map((text) => [spellingOf(text), value])));
  return { attribute, spellings };
}

/** {NAME: value} of a profile as a fit rule sees it, without those that have none. */
export function taxonomyValues(taxonomies, profile) {
  const values = {};
  for (const { name, attribute, spellings } of taxonomies) {
    const text = lookUpProfile(profile, attribute);
    const value = typeof text === 'string' ? spellings.get(spellingOf(text)) : undefined;
    if (value !== undefined) values[name] = value;
  }
  return values;
}
