// `leadscore import FILE.csv` at a terminal: what the columns are taken for is shown, may be corrected, and nothing is stored before a yes.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { Service } from './lib/service.mjs'

const TERMINAL = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../lib/terminal.py')
const tmp = mkdtempSync(path.join(process.env.LEADSCORE_TEST_TMP, 'wizard-'))
const s = await Service.start('wizard')
after(() => s.stop())

const QUESTION = 'Import it like this?'
// {code, text, tables: what was shown before each question}
async function wizard(file, workspace, answers) {
  const child = spawn('python3', [TERMINAL, process.env.LEADSCORE_TEST_BINARY, 'import', file, '--workspace', workspace], { cwd: tmp, env: { ...process.env, DATABASE_URL: s.url }, stdio: ['pipe', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (d) => (out += d))
  child.stdin.end(JSON.stringify(answers.map((a) => [QUESTION, a])))
  await new Promise((resolve) => child.on('close', resolve))
  const { code, text } = JSON.parse(out)
  const plain = text.replaceAll('\r\n', '\n')
  assert.notEqual(code, null, plain)
  return { code, text: plain, shown: plain.split(QUESTION) }
}
// {column: [what it becomes, by what]} of a table of columns.
const columns = (text) => Object.fromEntries([...text.slice(text.indexOf('\n#'), text.indexOf('\nline ')).matchAll(/^(\d+) +(\S.*?) {2,}(\S.*?) {2,}(header|values|you)? /gm)].map(([, , name, becomes, by]) => [name, [becomes, by]]))
const file = (name, rows) => {
  const to = path.join(tmp, name)
  writeFileSync(to, rows.map((r) => r.join(',') + '\r\n').join(''))
  return to
}
const profiles = (w) => s.sql(`SELECT profile FROM leads WHERE workspace_id = '${w.id}' ORDER BY email`).then((rows) => rows.map(([p]) => JSON.parse(p)))

const CHINESE = [['姓名', '手机号码', '工作邮箱', '公司', '职务', '员工数', '备注'], ['林美', '13800138000', 'lin@example.com', '美林跨境', '创始人', '180', '老客户'],
  ['王强', '13800138001', 'wang@example.com', '强盛贸易', '经理', '60', '展会'], ['李娜', '13800138002', 'nobody', '', '', '', '']]

test('Chinese headers: guessed, shown with the leads they would become, corrected, taken', async () => {
  const w = await s.makeWorkspace('chinese')
  const { code, text, shown } = await wizard(file('客户.csv', CHINESE), w.name, ['what?\n', '99 lead.title\n', '7 lead.attributes.note\n', 'p\n', 'y\n'])
  assert.equal(code, 0, text)
  assert.deepEqual(columns(shown[0]), { 姓名: ['lead.name', 'header'], 手机号码: ['lead.phone', 'header'], 工作邮箱: ['lead.email', 'header'], 公司: ['lead.company.name', 'header'],
    职务: ['lead.title', 'header'], 员工数: ['lead.company.employees (number)', 'header'], 备注: columns(shown[0]).备注 })
  assert.match(shown[0], /UTF-8, commas between, 7 columns; a row says what a lead is/)
  assert.match(shown[0], /^2 +lin@example\.com +林美 +美林跨境 +创始人 *$/m)
  assert.match(shown[0], /^4 .*\/lead\/email/m)
  assert.match(shown[0], /of the first 3 rows, 1 would be refused/)
  // What cannot be understood is said, and asked again.
  assert.match(shown[1], /places are lead\.email/)
  assert.match(shown[2], /places are lead\.email/)
  assert.deepEqual(columns(shown[3]).备注, ['lead.attributes.note', 'you'])
  assert.match(shown[3], /of the first 3 rows, 1 would be refused/)
  assert.deepEqual(JSON.parse(shown[4].slice(shown[4].indexOf('\n{'))).lead.attributes.note, { $column: '备注' })
  assert.match(shown[5], /created +2/)
  assert.match(shown[5], /refused +1/)
  const [lin, wang] = await profiles(w)
  assert.deepEqual([lin.name, lin.phone, lin.email, lin.title, lin.company, lin.attributes], ['林美', '+8613800138000', 'lin@example.com', '创始人', { name: '美林跨境', employees: 180 }, { note: '老客户' }])
  assert.equal(wang.attributes.note, '展会')
})

test('English headers, a column left out, and one without an address that is taken only when something names the lead', async () => {
  const w = await s.makeWorkspace('english')
  const rows = [['First Name', 'Last Name', 'Work Email', 'Job Title', 'Company Name', 'Secret'], ['Ann', 'Lee', 'ann@example.com', 'CEO', 'Acme', 'x'], ['Bob', 'Ray', 'bob@example.com', 'Buyer', 'Bolt', 'y']]
  const { code, text, shown } = await wizard(file('people.csv', rows), w.name, ['6 -\n', '3 lead.attributes.mail\n', 'yes\n', '3 lead.email\n', 'yes\n'])
  assert.equal(code, 0, text)
  const guessed = columns(shown[0])
  assert.deepEqual([guessed['Work Email'], guessed['Job Title'], guessed['Company Name']], [['lead.email', 'header'], ['lead.title', 'header'], ['lead.company.name', 'header']])
  assert.deepEqual(columns(shown[1]).Secret, ['(left out)', 'you'])
  assert.match(shown[3], /no column says whose row it is/)
  assert.deepEqual((await profiles(w)).map(({ name, email, title, company, attributes }) => [name, email, title, company.name, attributes]),
    [['Ann Lee', 'ann@example.com', 'CEO', 'Acme', undefined], ['Bob Ray', 'bob@example.com', 'Buyer', 'Bolt', undefined]])
})

test('no, and a terminal that is closed, store nothing', async () => {
  const w = await s.makeWorkspace('nothing')
  for (const answer of ['n\n', 'q\n', '\u0004']) {
    const { code, text } = await wizard(file('no.csv', CHINESE), w.name, ['7 -\n', answer])
    assert.equal(code, 3, text)
    assert.match(text, /would be refused/)
  }
  assert.equal(await s.count('leads', `workspace_id = '${w.id}'`), 0)
  assert.equal(await s.count('events', `workspace_id = '${w.id}'`), 0)
})
