// openapi.yaml as a judge: whether a request may be sent and whether a reply is one that the contract promises. It remembers what it has
// judged, so that a test can say what was never exercised.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import yaml from 'js-yaml'

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
export const contractPath = path.join(root, 'openapi.yaml')

// Headers that a reply may only have where the contract says so.
const OURS = ['etag', 'link', 'location', 'retry-after', 'www-authenticate', 'ratelimit', 'ratelimit-policy', 'allow', 'x-request-id']
const METHODS = ['get', 'post', 'put', 'patch', 'delete']

const escaped = (s) => s.replaceAll('~', '~0').replaceAll('/', '~1')
const mediaType = (s) => s?.split(';')[0].trim()

export class Contract {
  constructor() {
    this.document = yaml.load(readFileSync(contractPath, 'utf8'), { schema: yaml.CORE_SCHEMA })
    this.ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true })
    addFormats(this.ajv)
    // The document as a whole is no schema; to ajv its members are words without meaning.
    this.ajv.addVocabulary(Object.keys(this.document))
    this.ajv.addSchema(this.document, 'contract', undefined, false)
    this.compiled = new Map()
    this.exercised = new Set()
    this.operations = new Map()
    for (const [pattern, item] of Object.entries(this.document.paths))
      for (const method of METHODS.filter((m) => m in item)) {
        const at = `#/paths/${escaped(pattern)}/${method}`
        const parameters = [...(item.parameters ?? []), ...(item[method].parameters ?? [])]
        const op = { pattern, method: method.toUpperCase(), at, item: item[method], parameters: parameters.map((p) => this.resolve(p).value) }
        this.operations.set(item[method].operationId, op)
      }
  }

  // What a $ref (or the thing itself) stands for, and where in the document.
  resolve(value, at) {
    if (!value?.$ref) return { value, at }
    let v = this.document
    for (const part of value.$ref.slice(2).split('/')) v = v[part.replaceAll('~1', '/').replaceAll('~0', '~')]
    assert.ok(v, `${value.$ref} leads nowhere`)
    return this.resolve(v, value.$ref)
  }

  validator(at) {
    if (!this.compiled.has(at)) this.compiled.set(at, this.ajv.compile({ $ref: `contract${encodeURI(at)}` }))
    return this.compiled.get(at)
  }

  // Null, or what is wrong with a value by the schema that stands at `at` ("#/components/schemas/Lead").
  faults(at, value) {
    const validate = this.validator(at)
    return validate(value) ? null : this.ajv.errorsText(validate.errors, { separator: '\n  ' })
  }

  operation(id) {
    const op = this.operations.get(id)
    assert.ok(op, `the contract has no operation ${id}`)
    return op
  }

  // The path of an operation with its parameters filled in.
  path(id, params = {}) {
    return this.operation(id).pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name]))
  }

  // What is wrong with a request body, or null.
  bodyFaults(id, body, type = 'application/json') {
    const op = this.operation(id)
    if (body === undefined) return op.item.requestBody?.required ? 'a body is required' : null
    if (!op.item.requestBody) return 'no body is taken'
    if (!op.item.requestBody.content[type]) return `no body of type ${type} is taken`
    return this.faults(`${op.at}/requestBody/content/${escaped(type)}/schema`, body)
  }

  // What is wrong with the query parameters {name: text}, or null.
  queryFaults(id, query = {}) {
    const known = this.operation(id).parameters.filter((p) => p.in === 'query')
    for (const [name, text] of Object.entries(query)) {
      const p = known.find((k) => k.name === name)
      if (!p) return `no parameter ${name}`
      const schema = this.resolve(p.schema).value
      const value = schema.type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text
      const faults = this.ajv.validate({ ...p.schema, ...(p.schema.$ref && { $ref: `contract${p.schema.$ref}` }) }, value) ? null : this.ajv.errorsText()
      if (faults) return `${name}: ${faults}`
    }
    return null
  }

  // Asserts that the contract promises such a reply to this operation.
  checkReply(id, reply, { head = false } = {}) {
    const op = this.operation(id)
    const said = `${id}: ${reply.status} ${reply.text.slice(0, 2000)}`
    const status = String(reply.status)
    const key = status in op.item.responses ? status : 'default'
    const { value: response, at } = this.resolve(op.item.responses[key], `${op.at}/responses/${key}`)
    if (key === 'default') assert.ok(reply.status >= 400, `a status that is not in the contract: ${said}`)
    this.exercised.add(`${id} ${key}`)
    this.checkHeaders(response, at, reply, said)
    if (!response.content) {
      assert.equal(reply.text, '', said)
      assert.equal(reply.headers['content-type'], undefined, said)
      return
    }
    const type = mediaType(reply.headers['content-type'])
    assert.ok(type in response.content, `content type ${type}: ${said}`)
    if (head) {
      assert.equal(reply.text, '')
      return
    }
    // YAML's reader refuses a key that comes twice; JSON.parse would take the last.
    if (reply.body !== undefined) assert.doesNotThrow(() => yaml.load(reply.text, { schema: yaml.JSON_SCHEMA }), said)
    const faults = this.faults(`${at}/content/${escaped(type)}/schema`, reply.body ?? reply.text)
    assert.equal(faults, null, `${faults}\n${said}`)
    assert.equal(reply.body?.request_id ?? reply.headers['x-request-id'], reply.headers['x-request-id'], said)
  }

  checkHeaders(response, at, reply, said) {
    const documented = response.headers ?? {}
    for (const [name, header] of Object.entries(documented)) {
      const { value, at: place } = this.resolve(header, `${at}/headers/${name}`)
      const given = reply.headers[name.toLowerCase()]
      if (given === undefined) {
        assert.ok(!value.required, `header ${name} is missing: ${said}`)
        continue
      }
      const faults = this.faults(`${place}/schema`, given)
      assert.equal(faults, null, `header ${name}: ${given}: ${faults}`)
    }
    const names = Object.keys(documented).map((n) => n.toLowerCase())
    for (const name of OURS.filter((h) => h in reply.headers)) assert.ok(names.includes(name), `header ${name} is not in the contract: ${said}`)
  }

  // "operation status" of all that is documented and was never seen.
  missed() {
    const all = []
    for (const [id, op] of this.operations) for (const status of Object.keys(op.item.responses)) all.push(`${id} ${status}`)
    return all.filter((x) => !this.exercised.has(x))
  }
}
