// The contract and the service are of one mind about bodies.
import { test } from 'node:test'
import { contract, call, agree } from './session.mjs'
import { LEADS, EVENTS, KEYS, HELD } from './tables.mjs'

test('the contract and the service refuse the same bodies', async () => {
  const { id } = (await call('postLead', { body: { external_id: 'agree' } }, 201)).body
  let n = 0
  for (const [fields, good] of LEADS) {
    const who = ['anonymous_id', 'email', 'external_id', 'phone'].some((k) => fields[k]) ? {} : { email: `agree${n++}@example.com` }
    await agree('postLead', { ...who, ...fields }, good && 201)
    await agree('postEvents', { type: 'message', lead: { email: `agree${n++}@example.com`, ...fields } }, good && 200)
    // In a patch an identity is no way to name the lead.
    if (!['id', 'anonymous_id', 'external_id', 'phone', 'email'].some((k) => k in fields)) await agree('patchLead', fields, good && 200, { params: { id } })
  }
  for (const fields of [{ anonymous_id: null }, { external_id: null }, { id }]) await agree('patchLead', fields, undefined, { params: { id } })
  for (const [fields, good] of EVENTS) await agree('postEvents', { type: 'message', lead: { external_id: 'agree' }, ...fields }, good && 200)
  for (const [body, good] of KEYS) await agree('createKey', body, good && 201)
  for (const [body, good] of HELD) for (const id of ['releaseHeldTransitions', 'discardHeldTransitions']) await agree(id, body, good && 200)
  for (const [body, good] of [[{}, true], [{ expires_at: null }, true], [{ until: null }], [{ expires_at: 'soon' }], [[]], ['x']])
    await agree('putLeadTag', body, good && 200, { params: { id, tag: 'a:b' } })
})
