#include "ingest/account_tell.h"

#include <string.h>

#include "store/account.h"

#define STEP_US (INT64_C(30) * 1000 * 1000)

static struct command command_of(
    const struct uuid *lead, const char *type, const struct uuid *key, const char *properties, int64_t now)
{
	return (struct command){.kind = COMMAND_EVENT,
	    .by_id = true,
	    .lead_id = *lead,
	    .event_key = *key,
	    .at = now,
	    .at_now = true,
	    .received_at = now,
	    .type = type,
	    .properties_text = properties,
	    .if_version = -1};
}

/* A lead that was erased needs no news; any other failure ends the step. */
static enum status failure(const struct command *commands, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct err *r = &commands[i].result.err;
		if (r->status == ST_OK || r->status == ST_NOT_FOUND)
			continue;
		*e = *r;
		return r->status;
	}
	return ST_OK;
}

static const char *left_properties(struct arena *arena, const struct uuid *account)
{
	char id[UUID_TEXT_MAX];
	uuid_format(account, id);
	return arena_printf(arena, "{\"account_id\":\"%s\"}", id);
}

enum status account_tell(struct ingest *g, struct db *db, const struct uuid *workspace, const struct uuid *account,
    int64_t now, struct arena *arena, struct uuid *io_after, size_t *ret_told, bool *ret_done, struct err *e)
{
	struct account_news news;
	struct uuid leads[ACCOUNT_TELL_STEP];
	size_t n = 0;
	*ret_told = 0;
	*ret_done = false;
	enum status s = store_account_news(db, workspace, account, arena, &news, e);
	/* One that goes is news to every lead of it, whatever it knows. */
	if (s == ST_OK)
		s = store_account_news_leads(db, workspace, account, io_after, news.deleting ? INT64_MAX : news.version,
		    leads, ACCOUNT_TELL_STEP, &n, e);
	if (s != ST_OK)
		return s;
	if (!n) {
		*ret_done = true;
		return news.deleting ? store_account_forget(db, workspace, account, e)
				     : store_account_told(db, workspace, account, news.version, e);
	}
	struct command *commands = arena_array(arena, n, sizeof *commands);
	const char *properties = news.deleting ? left_properties(arena, account)
					       : account_properties(arena, account, news.version, NULL, news.profile);
	struct uuid key = account_event_key(account, news.deleting ? INT64_MAX : news.version);
	if (!commands || !properties)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; i < n; i++)
		commands[i] =
		    command_of(&leads[i], news.deleting ? "account_left" : "account_changed", &key, properties, now);
	s = ingest_run(g, workspace, commands, n, arena, monotonic_us() + STEP_US, e);
	if (s == ST_OK)
		s = failure(commands, n, e);
	if (s == ST_OK) {
		*io_after = leads[n - 1];
		*ret_told = n;
	}
	return s;
}
