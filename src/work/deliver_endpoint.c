/* An endpoint in the hands of its owner, and its messages. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "deliver_priv.h"

struct message *message_new(const struct delivery_due *due)
{
	const char *payload = due->payload ? due->payload : "{}";
	size_t type_n = strlen(due->type) + 1, data_n = strlen(payload) + 1,
	       lead_n = due->lead ? strlen(due->lead) + 1 : 0, team_n = due->team ? strlen(due->team) + 1 : 0;
	struct message *m = calloc(1, sizeof *m + type_n + data_n + lead_n + team_n);
	if (!m)
		return NULL;
	char *type = (char *)(m + 1), *data = type + type_n, *lead = lead_n ? data + data_n : NULL,
	     *team = team_n ? data + data_n + lead_n : NULL;
	memcpy(type, due->type, type_n);
	memcpy(data, payload, data_n);
	if (lead)
		memcpy(lead, due->lead, lead_n);
	if (team)
		memcpy(team, due->team, team_n);
	m->seq = due->seq;
	m->outbox_id = due->outbox_id;
	m->lead_id = due->lead_id;
	m->attempts = due->attempts;
	m->created_at = due->created_at;
	m->what = (struct webhook_message){.type = type, .at = due->created_at, .data = data, .lead = lead, .team = team};
	char id[33];
	hex_encode(due->outbox_id.b, sizeof due->outbox_id.b, id);
	snprintf(m->what.id, sizeof m->what.id, "msg_%s", id);
	if (!due->payload) {
		m->state = MESSAGE_DONE;
		m->outcome = "failed";
		m->next_at = INSTANT_NEVER;
		m->at = due->next_at;
		snprintf(m->error, sizeof m->error, "What was to be told is not kept any more.");
	}
	return m;
}

void message_free(struct message **mp)
{
	if (!mp || !*mp)
		return;
	free((*mp)->reply);
	free(*mp);
	*mp = NULL;
}

static size_t *count_of(struct endpoint *p, const struct message *m)
{
	return m->state == MESSAGE_READY ? &p->n_ready : m->state == MESSAGE_FLYING ? &p->n_flying : &p->n_done;
}

void endpoint_remove(struct endpoint *p, struct message *m)
{
	size_t i = 0;
	while (p->hand[i] != m)
		i++;
	memmove(&p->hand[i], &p->hand[i + 1], (p->n_hand - i - 1) * sizeof p->hand[0]);
	p->n_hand--;
	--*count_of(p, m);
	message_free(&m);
}

void endpoint_drop_ready(struct endpoint *p)
{
	for (size_t i = p->n_hand; i-- > 0;)
		if (p->hand[i]->state == MESSAGE_READY)
			endpoint_remove(p, p->hand[i]);
}

size_t endpoint_room(const struct endpoint *p, int64_t now_ms)
{
	if (p->lost || p->gone || p->failing_long)
		return 0;
	if (p->failures >= BREAKER_FAILURES)
		return p->n_hand || p->open_until_ms > now_ms ? 0 : 1;
	size_t most = WINDOW, busy = p->n_ready + p->n_flying, left = HAND_MAX - p->n_hand;
	if (p->config && p->config->pace.rate && p->config->pace.rate < most && !p->config->kind->several)
		most = p->config->pace.rate;
	if (busy && busy >= most / 2)
		return 0;
	return most - busy < left ? most - busy : left;
}

void endpoint_free(struct deliver *d, struct endpoint *p)
{
	HASH_DEL(d->endpoints, p);
	for (size_t i = 0; i < p->n_hand; i++)
		message_free(&p->hand[i]);
	config_unref(&p->config);
	free(p);
}

struct endpoint_config *config_new(const struct delivery_window *w)
{
	struct endpoint_config *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->refs = 1;
	c->kind = webhook_kind_find(w->kind);
	c->url = strdup(w->url);
	c->secrets = strdup(w->secrets);
	c->settings = json_loads(w->settings, 0, NULL);
	if (!c->url || !c->secrets || !json_is_object(c->settings)) {
		config_unref(&c);
		return NULL;
	}
	if (c->kind)
		c->pace = webhook_pace_of(c->kind, c->settings);
	return c;
}

void config_unref(struct endpoint_config **cp)
{
	struct endpoint_config *c = *cp;
	*cp = NULL;
	if (!c || --c->refs)
		return;
	free(c->url);
	free(c->secrets);
	json_decref(c->settings);
	free(c);
}

static void count(struct deliver *d, const struct message *m)
{
	bool pending = !strcmp(m->outcome, "pending"), arrived = !strcmp(m->outcome, "delivered");
	metric_add(pending ? d->again : arrived ? d->delivered : d->failed, 1);
	metric_observe(d->latency, (double)m->latency_ms / 1000);
}

/* A test says at once whether it arrived. What came when nobody was there any more waits until somebody is. */
static int64_t pause_of(
    const struct deliver *d, const struct message *m, enum webhook_verdict v, int64_t retry_after_ms)
{
	if (v == WEBHOOK_NEVER || !strcmp(m->what.type, "webhook.test"))
		return -1;
	if (v == WEBHOOK_GONE)
		return 0;
	return schedule_pause(&d->schedule, m->attempts, retry_after_ms, some_random());
}

static void message_fared(struct deliver *d, struct endpoint *p, struct message *m, enum webhook_verdict v,
    int64_t retry_after_ms, int64_t now)
{
	m->attempts++;
	m->at = now;
	m->next_at = INSTANT_NEVER;
	p->n_flying--;
	p->n_done++;
	d->n_flying--;
	m->state = MESSAGE_DONE;
	int64_t pause = v == WEBHOOK_ARRIVED ? -1 : pause_of(d, m, v, retry_after_ms);
	m->outcome = v == WEBHOOK_ARRIVED ? "delivered" : pause < 0 ? "failed" : "pending";
	if (pause >= 0)
		m->next_at = now + pause;
	count(d, m);
	if (m->attempts == 1)
		metric_observe(d->delay, (double)(now - m->latency_ms - m->created_at) / 1000);
}

static void failed(
    struct deliver *d, struct endpoint *p, enum webhook_verdict v, int64_t retry_after_ms, int64_t now, int64_t now_ms)
{
	/* It answers, and says when it wants more. */
	if (v == WEBHOOK_BUSY) {
		p->open_until_ms = now_ms + retry_after_ms;
		return;
	}
	/* A message that is wrong says nothing of the endpoint. */
	if (v != WEBHOOK_NEVER) {
		p->failures += p->failures < 1000000;
		if (p->failing_since == INSTANT_NEVER)
			p->failing_since = now;
		p->gone = p->gone || v == WEBHOOK_GONE;
		p->failing_long = now - p->failing_since >= d->disable_after_ms;
		p->open_until_ms = now_ms + breaker_pause(&d->schedule, p->failures);
	}
	/* They are read again when it lets one through: what is erased meanwhile is not sent. */
	if (p->failures >= BREAKER_FAILURES || p->gone)
		endpoint_drop_ready(p);
}

void endpoint_fared(struct deliver *d, struct endpoint *p, struct message *const *messages, size_t n,
    enum webhook_verdict v, int64_t retry_after_ms, int64_t now, int64_t now_ms)
{
	if (v == WEBHOOK_BUSY && !retry_after_ms)
		retry_after_ms = (int64_t)p->config->kind->busy_seconds * 1000;
	/* One of several may be what is wrong: next time they are not the same ones together. */
	bool again = v == WEBHOOK_NEVER && n > 1;
	for (size_t i = 0; i < n; i++)
		message_fared(d, p, messages[i], again ? WEBHOOK_AGAIN : v, retry_after_ms, now);
	if (v == WEBHOOK_ARRIVED) {
		p->failures = 0;
		p->failing_since = INSTANT_NEVER;
		p->open_until_ms = 0;
	} else {
		failed(d, p, v, retry_after_ms, now, now_ms);
	}
	d->results = true;
	pthread_cond_signal(&d->fared);
}
