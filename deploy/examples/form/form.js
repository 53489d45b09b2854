// For every <form data-leadscore> of the page: what only a browser knows goes along, and with data-leadscore="fetch" the page stays where it is.
// 表单发出时补上：填写用时、提交编号（重复点击只算一次）、页面与来源。
const fresh = () => `${Date.now()}-${Math.random().toString(36).slice(2)}`
for (const form of document.querySelectorAll('form[data-leadscore]')) {
  const opened = performance.now()
  const field = (name) => form.elements[name] ?? form.appendChild(Object.assign(document.createElement('input'), { type: 'hidden', name }))
  field('_submission').value = fresh()
  field('page_url').value = location.href
  field('referrer').value = document.referrer
  form.addEventListener('submit', async (event) => {
    field('_ms').value = Math.round(performance.now() - opened)
    if (form.dataset.leadscore !== 'fetch') {
      sessionStorage.setItem('leadscore', JSON.stringify([...new FormData(form)]))
      return
    }
    event.preventDefault()
    const said = form.querySelector('output')
    try {
      const reply = await fetch(form.action, { method: 'POST', headers: { accept: 'application/json' }, body: new URLSearchParams(new FormData(form)) })
      const body = await reply.json()
      const wrong = body.errors?.[0]?.pointer?.slice(1)
      said.textContent = reply.ok ? '已收到，谢谢。Received, thank you.' : `${wrong ? `${wrong}: ` : ''}${body.detail}`
      said.dataset.state = reply.ok ? 'done' : 'fault'
      if (reply.ok) {
        form.reset()
        field('_submission').value = fresh()
      }
    } catch {
      said.textContent = '网络不通，请稍后再试。No connection, please try again.'
      said.dataset.state = 'fault'
    }
  })
}
// A refused post comes back with ?error=...&field=... (error_url).
const refused = new URLSearchParams(location.search)
if (refused.has('error'))
  for (const said of document.querySelectorAll('form[data-leadscore] output')) {
    const words = { email_invalid: '邮箱地址有误。The e-mail address is not right.', phone_invalid: '电话号码有误。The phone number is not right.', identity_required: '请填写邮箱或电话。Give an e-mail address or a phone number.' }
    said.textContent = words[refused.get('error')] ?? '未能提交，请检查后再试。Not sent; please check and try again.'
    said.dataset.state = 'fault'
    // What was filled in stays filled in.
    for (const [name, value] of JSON.parse(sessionStorage.getItem('leadscore') ?? '[]')) {
      const input = said.form.elements[name]
      if (input?.type === 'checkbox') input.checked = true
      else if (input && input.type !== 'hidden') input.value = value
    }
  }
