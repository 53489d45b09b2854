// The account of a lead as its internal events set it in the profile (docs/scoring.md sections 3 and 9).

const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);

function joined(profile, account) {
  return isObject(account) && typeof account.id === 'string' ? { ...profile, account } : profile;
}

function changed(profile, account) {
  const before = profile.account;
  if (!isObject(account) || typeof account.id !== 'string' || typeof account.version !== 'number') return profile;
  if (!isObject(before) || before.id !== account.id) return profile;
  if (typeof before.version === 'number' && before.version >= account.version) return profile;
  return { ...profile, account: before.by === undefined ? account : { ...account, by: before.by } };
}

function left(profile, { account_id: id, keep_out: keepOut }) {
  if (id !== undefined && (typeof id !== 'string' || profile.account?.id !== id)) return profile;
  if (keepOut !== undefined && keepOut !== true) return profile;
  const { account, ...rest } = profile;
  return keepOut ? { ...profile, account: { id: null, by: 'hand' } } : rest;
}

/** The profile after the account's part of an event: the same object when it has none. */
export function withAccount(profile, { type, properties }) {
  const given = isObject(properties) ? properties : {};
  if (type === 'account_joined') return joined(profile, given.account);
  if (type === 'account_changed') return changed(profile, given.account);
  return type === 'account_left' ? left(profile, given) : profile;
}
