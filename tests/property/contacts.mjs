// What an e-mail address and a phone number tell (docs/scoring.md section 10). The lists are facts and read from where they stand; what is done with them is not.

import { readFileSync } from 'node:fs';

const source = (name) => readFileSync(new URL(`../../src/base/${name}`, import.meta.url), 'utf8');
const quoted = (text) => [...text.matchAll(/"([^"]+)"/g)].map((m) => m[1]);

const domains = source('mail_domains.h');
const BUILT_IN = new Map([
  ...[...domains.matchAll(/FREE\("([^"]+)"\)/g)].map((m) => [m[1], 'personal']),
  ...[...domains.matchAll(/DISPOSABLE\("([^"]+)"\)/g)].map((m) => [m[1], 'disposable']),
]);
const OFFICES = new Set([...source('mail.c').matchAll(/offices\[\] = \{([^}]*)\}/g)].flatMap((m) => quoted(m[1])));

function domainKind(domain, own) {
  const labels = domain.split('.');
  for (let i = 0; i < labels.length; i++) {
    const name = labels.slice(i).join('.');
    const kind = (Object.hasOwn(own, name) ? own[name] : undefined) ?? BUILT_IN.get(name);
    if (kind) return kind;
  }
  return 'business';
}

export function emailKind(email, own = {}) {
  const parts = typeof email === 'string' ? /^([^]+)@([^@]+)$/.exec(email.replace(/[A-Z]/g, (c) => c.toLowerCase())) : null;
  if (!parts) return undefined;
  const kind = domainKind(parts[2], own);
  if (kind === 'disposable') return kind;
  const name = Buffer.byteLength(parts[1].split('+')[0]) > 64 ? '' : parts[1].split('+')[0];
  return OFFICES.has(name.replace(/[._-]/g, '').replace(/\d{1,2}$/, '')) ? 'role' : kind;
}

/* Of the numbers that histories use. */
const NUMBERS = [[/^\+86\d{8,}$/, 'CN'], [/^\+49\d{5,}$/, 'DE'], [/^\+1416\d{7}$/, 'CA'], [/^\+1800\d{7}$/, undefined], [/^\+1415\d{7}$/, 'US'], [/^\+77\d{9}$/, 'KZ'], [/^\+79\d{9}$/, 'RU']];

export const phoneCountry = (phone) => (typeof phone === 'string' ? NUMBERS.find(([shape]) => shape.test(phone))?.[1] : undefined);
