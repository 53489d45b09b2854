/* The sender: one thread with all transfers under way. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/json.h"
#include "base/text.h"
#include "deliver_priv.h"

#define FLYING_MAX 1024
#define STARTS 32 /* at a time */
#define IDLE_MS 1000
#define CONNECT_MS 5000
#define HEAD_MAX 2048
#define BODY_SHOWN 1024
#define SPARE_MAX 64
#define STOP_MS 3000 /* what is under way at the end gets this long */

struct transfer {
	struct transfer *prev, *next; /* of the sender's list */
	CURL *curl;
	struct deliver *d;
	struct endpoint *p;
	struct message *messages[WINDOW]; /* of one request; most often one */
	size_t n;
	struct endpoint_config *config; /* a reference */
	struct webhook_request request;
	struct curl_slist *headers;
	struct buf head, body;
	bool refused, overflow;
	char why[CURL_ERROR_SIZE];
};

struct sender {
	struct deliver *d;
	CURL *spare[SPARE_MAX];
	size_t n_spare;
	struct transfer *transfers; /* under way */
	struct endpoint_key last;   /* who had the last turn */
};

static int64_t now_ms(void)
{
	return monotonic_us() / 1000;
}

/* Guards the network: whatever the URL said, it is this address that would be connected to. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = arg;
	if (purpose != CURLSOCKTYPE_IPCXN || !webhook_address_allowed(&t->d->policy, &a->addr)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static size_t take_head(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	/* After "100 Continue" comes another head. */
	if (size * n >= 5 && !memcmp(p, "HTTP/", 5))
		buf_clear(&t->head);
	if (t->head.len + size * n <= HEAD_MAX)
		buf_put(&t->head, p, size * n);
	return size * n;
}

static size_t take_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t room = REPLY_MAX - t->body.len;
	t->overflow = size * n > room;
	buf_put(&t->body, p, t->overflow ? room : size * n);
	return t->overflow ? 0 : size * n;
}

/* Steals nothing: the transfer's buffers are freed by its end. */
static bool set_up(struct transfer *t, struct err *e)
{
	struct deliver *d = t->d;
	struct webhook_endpoint p = {.url = t->config->url, .settings = t->config->settings};
	int64_t now = clock_now(d->config.clock);
	if (!webhook_secrets_live(t->config->secrets, now, p.secrets, &p.n_secrets)) {
		err_set(e, ST_NOMEM, NULL, "Out of memory.");
		return false;
	}
	t->request.method = "POST";
	struct webhook_message what[WINDOW];
	for (size_t i = 0; i < t->n; i++)
		what[i] = t->messages[i]->what;
	if (t->config->kind->write(&p, what, t->n, now, &t->request, e) != ST_OK)
		return false;
	bool good = (t->headers = curl_slist_append(NULL, "Content-Type: application/json")) != NULL;
	for (char *line = t->request.headers.data, *end; good && line && *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		struct curl_slist *more = curl_slist_append(t->headers, line);
		if ((good = more != NULL))
			t->headers = more;
	}
	struct curl_slist *more = good ? curl_slist_append(t->headers, "Expect:") : NULL;
	if (!more) {
		err_set(e, ST_NOMEM, NULL, "Out of memory.");
		return false;
	}
	t->headers = more;
	CURL *c = t->curl;
	curl_easy_setopt(c, CURLOPT_PRIVATE, t);
	curl_easy_setopt(c, CURLOPT_URL, t->request.url.len ? t->request.url.data : p.url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, d->policy.http ? "http,https" : "https");
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, t->request.method);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->request.body.len);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, t->request.body.data ? t->request.body.data : "");
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "leadscore-webhooks");
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* a resolver that hangs is not waited for */
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)d->timeout_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, d->timeout_ms < CONNECT_MS ? (long)d->timeout_ms : CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->why);
	return true;
}

static void transfer_free(struct sender *s, struct transfer *t)
{
	DL_DELETE(s->transfers, t);
	if (t->curl && s->n_spare < SPARE_MAX) {
		curl_easy_reset(t->curl);
		s->spare[s->n_spare++] = t->curl;
	} else if (t->curl) {
		curl_easy_cleanup(t->curl);
	}
	curl_slist_free_all(t->headers);
	buf_free(&t->request.url);
	buf_free(&t->request.headers);
	buf_free(&t->request.body);
	buf_free(&t->head);
	buf_free(&t->body);
	free(t);
}

/* The beginning of what came back, for whoever wonders; what is no text is left out. */
static char *reply_text(const struct transfer *t)
{
	struct buf o = BUF_INIT;
	size_t n = utf8_cut(t->body.data ? t->body.data : "", t->body.len, BODY_SHOWN);
	if (!t->head.len)
		return NULL;
	buf_puts(&o, "{\"head\":");
	if (utf8_valid(t->head.data, t->head.len))
		buf_json_strn(&o, t->head.data, t->head.len);
	else
		buf_puts(&o, "null");
	buf_puts(&o, ",\"body\":");
	if (n && utf8_valid(t->body.data, n))
		buf_json_strn(&o, t->body.data, n);
	else
		buf_puts(&o, n ? "null" : "\"\"");
	buf_putc(&o, '}');
	char *text = buf_steal(&o);
	buf_free(&o);
	return text;
}

static enum webhook_verdict judge(const struct transfer *t, CURLcode code, long *ret_status, char *why, size_t cap)
{
	bool complete = code == CURLE_OK || (code == CURLE_WRITE_ERROR && t->overflow);
	if (!complete) {
		snprintf(why, cap, "%s",
		    t->refused ? "The address is not a public one."
		    : *t->why  ? t->why
			       : curl_easy_strerror(code));
		return WEBHOOK_AGAIN;
	}
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, ret_status);
	struct webhook_reply r = {
	    .status = *ret_status, .body = t->body.data ? t->body.data : "", .body_n = t->body.len};
	return t->config->kind->judge ? t->config->kind->judge(&r, why, cap) : webhook_judge(&r, why, cap);
}

/* what: of the attempt, the same for all its messages; reply may be NULL. */
static void fare(struct sender *s, struct transfer *t, enum webhook_verdict v, int64_t retry_after_ms,
    const struct message *what, const char *reply)
{
	struct deliver *d = s->d;
	for (size_t i = 0; i < t->n; i++) {
		struct message *m = t->messages[i];
		m->status = what->status;
		m->latency_ms = what->latency_ms;
		memcpy(m->error, what->error, sizeof m->error);
		m->reply = reply ? strdup(reply) : NULL;
	}
	pthread_mutex_lock(&d->lock);
	endpoint_fared(d, t->p, t->messages, t->n, v, retry_after_ms, clock_now(d->config.clock), now_ms());
	config_unref(&t->config);
	pthread_mutex_unlock(&d->lock);
	transfer_free(s, t);
}

static void finish(struct sender *s, struct transfer *t, CURLcode code)
{
	curl_off_t total = 0, retry_after = 0;
	curl_easy_getinfo(t->curl, CURLINFO_TOTAL_TIME_T, &total);
	curl_easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &retry_after);
	struct message what = {.latency_ms = (int32_t)(total / 1000)};
	enum webhook_verdict v = judge(t, code, &what.status, what.error, sizeof what.error);
	char *reply = reply_text(t);
	curl_multi_remove_handle(s->d->multi, t->curl);
	fare(s, t, v, retry_after > 0 ? (retry_after > 86400 ? 86400 : (int64_t)retry_after) * 1000 : 0, &what, reply);
	free(reply);
}

/* A message that cannot be made into a request. */
static void fail(struct sender *s, struct transfer *t, const struct err *e)
{
	struct message what = {.status = 0};
	snprintf(what.error, sizeof what.error, "%s", e->detail);
	fare(s, t, e->status == ST_INVALID ? WEBHOOK_NEVER : WEBHOOK_AGAIN, 0, &what, NULL);
}

/* When it may begin one: now (0), in so many ms, or not before something happens (-1). With the lock held. */
static int64_t may_begin(const struct deliver *d, struct endpoint *p, int64_t now)
{
	if (!p->n_ready || !p->config || !p->config->kind || p->lost || p->gone || p->failing_long)
		return -1;
	if (now >= p->lease_end_ms || d->n_flying >= FLYING_MAX)
		return -1;
	if (p->n_flying >= breaker_limit(p->config->pace.concurrency, p->failures))
		return -1;
	/* So many are under way that some must be of endpoints that hang. */
	if (p->n_flying && d->n_flying >= FLYING_MAX / 2)
		return -1;
	if (p->open_until_ms > now)
		return p->open_until_ms - now;
	const struct webhook_pace *pace = &p->config->pace;
	return bucket_take(&p->bucket, pace->rate, pace->rate_seconds, pace->burst, now);
}

static struct transfer *begin(struct sender *s, struct endpoint *p)
{
	struct transfer *t = calloc(1, sizeof *t);
	CURL *curl = s->n_spare ? s->spare[--s->n_spare] : curl_easy_init();
	if (!t || !curl) {
		free(t);
		if (curl)
			curl_easy_cleanup(curl);
		return NULL;
	}
	*t = (struct transfer){.curl = curl, .d = s->d, .p = p, .config = p->config};
	DL_APPEND(s->transfers, t);
	p->config->refs++;
	bool last = p->config->pace.rate && p->bucket.tokens < 1;
	size_t most = last && p->config->kind->several ? p->config->kind->several : 1;
	for (size_t i = 0; i < p->n_hand && t->n < most; i++) {
		if (p->hand[i]->state != MESSAGE_READY)
			continue;
		t->messages[t->n++] = p->hand[i];
		p->hand[i]->state = MESSAGE_FLYING;
		p->n_ready--;
		p->n_flying++;
		s->d->n_flying++;
	}
	return t;
}

/* Takes what may begin, endpoint by endpoint, one each at a turn. With the lock held. ret_wait: when to look again. */
static size_t collect(struct sender *s, struct transfer *list[STARTS], int64_t *ret_wait)
{
	struct deliver *d = s->d;
	struct endpoint *first = NULL, *p;
	int64_t wait = IDLE_MS, now = now_ms();
	size_t n = 0;
	HASH_FIND(hh, d->endpoints, &s->last, sizeof s->last, first);
	first = first && first->hh.next ? first->hh.next : d->endpoints;
	for (bool any = true; any && n < STARTS;) {
		any = false;
		p = first;
		for (unsigned i = HASH_COUNT(d->endpoints); i && n < STARTS; i--) {
			int64_t in = may_begin(d, p, now);
			if (!in && (list[n] = begin(s, p))) {
				n++;
				any = true;
				s->last = p->key;
			} else if (in > 0 && in < wait) {
				wait = in;
			}
			p = p->hh.next ? p->hh.next : d->endpoints;
		}
	}
	*ret_wait = n == STARTS ? 0 : wait;
	return n;
}

static void start_some(struct sender *s, int64_t *ret_wait)
{
	struct transfer *list[STARTS];
	pthread_mutex_lock(&s->d->lock);
	size_t n = collect(s, list, ret_wait);
	metric_set(s->d->flying, (int64_t)s->d->n_flying);
	pthread_mutex_unlock(&s->d->lock);
	for (size_t i = 0; i < n; i++) {
		struct err e = {0};
		if (!set_up(list[i], &e))
			fail(s, list[i], &e);
		else if (curl_multi_add_handle(s->d->multi, list[i]->curl) != CURLM_OK) {
			err_set(&e, ST_NOMEM, NULL, "Out of memory.");
			fail(s, list[i], &e);
		}
	}
}

/* True: some have ended, and others may begin in their place. */
static bool take_finished(struct sender *s)
{
	bool any = false;
	int left;
	for (CURLMsg *x; (x = curl_multi_info_read(s->d->multi, &left));)
		if (x->msg == CURLMSG_DONE) {
			struct transfer *t = NULL;
			CURLcode code = x->data.result;
			curl_easy_getinfo(x->easy_handle, CURLINFO_PRIVATE, (char **)&t);
			finish(s, t, code);
			any = true;
		}
	return any;
}

/* What is cut off at the end is sent again by whoever has the endpoint next. */
static void cut_off(struct sender *s)
{
	struct transfer *t, *next;
	DL_FOREACH_SAFE(s->transfers, t, next)
	{
		curl_multi_remove_handle(s->d->multi, t->curl);
		pthread_mutex_lock(&s->d->lock);
		config_unref(&t->config);
		pthread_mutex_unlock(&s->d->lock);
		transfer_free(s, t);
	}
	while (s->n_spare)
		curl_easy_cleanup(s->spare[--s->n_spare]);
}

void *deliver_send(void *arg)
{
	struct sender s = {.d = arg};
	struct deliver *d = s.d;
	int64_t wait = 0, end = 0;
	int running = 0;
	for (;;) {
		bool halt = halt_asked(&d->halt);
		if (halt && !end)
			end = now_ms() + STOP_MS;
		if (halt)
			wait = 50;
		else
			start_some(&s, &wait);
		curl_multi_perform(d->multi, &running);
		if (take_finished(&s) && !halt)
			wait = 0;
		if (halt && (!s.transfers || now_ms() > end))
			break;
		curl_multi_poll(d->multi, NULL, 0, (int)wait, NULL);
	}
	cut_off(&s);
	return NULL;
}
