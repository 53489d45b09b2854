#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subcommand.h"
#include "work/work.h"

#define CONFIG_FILE_MAX (64 * 1024)

#define AT(field) offsetof(struct settings, field)
const struct setting settings_table[] = {
    {"--database-url", "DATABASE_URL", "URL", NULL, "PostgreSQL 13 to 17: a libpq URL or key=value string",
	SETTING_SECRET, GROUP_DATABASE, AT(database_url), 0, 0},
    {"--database-read-url", "DATABASE_READ_URL", "URL", NULL,
	"where lists and other reads go, for instance a standby; as DATABASE_URL when not set", SETTING_SECRET,
	GROUP_SERVE, AT(database_read_url), 0, 0},
    {"--listen", "LEADSCORE_LISTEN", "ADDRESS:PORT", "127.0.0.1:8080",
	"where the API is served; port 0 takes any free one", SETTING_LISTEN, GROUP_LISTEN, AT(listen), 0, 0},
    {"--metrics-listen", "LEADSCORE_METRICS_LISTEN", "ADDRESS:PORT", "127.0.0.1:9464",
	"where /metrics is served; `off` for nowhere", SETTING_LISTEN_OR_OFF, GROUP_SERVE, AT(metrics_listen), 0, 0},
    {"--log-level", "LEADSCORE_LOG_LEVEL", "LEVEL", "info",
	"debug, info, warn or error; reread from the configuration file on SIGHUP", SETTING_LEVEL, GROUP_LOG,
	AT(log_level), 0, 0},
    {"--log-requests", "LEADSCORE_LOG_REQUESTS", "on|off", "on", "one log line a request, at level info",
	SETTING_SWITCH, GROUP_SERVE, AT(log_requests), 0, 1},
    {"--threads", "LEADSCORE_THREADS", "N", "0", "HTTP event loops; 0: one a core, at most 8", SETTING_NUMBER,
	GROUP_SERVE, AT(threads), 0, 64},
    {"--readers", "LEADSCORE_READERS", "N", "4", "threads, each with a connection to the database, that answer reads",
	SETTING_NUMBER, GROUP_SERVE, AT(readers), 1, 64},
    {"--read-timeout-ms", "LEADSCORE_READ_TIMEOUT_MS", "MS", "4000",
	"a read that takes the database longer gets 503; reports excepted", SETTING_NUMBER, GROUP_SERVE,
	AT(read_timeout_ms), 100, 600000},
    {"--lanes", "LEADSCORE_LANES", "N", "2",
	"threads, each with a connection to the database, that commit batches of events", SETTING_NUMBER, GROUP_INGEST,
	AT(lanes), 1, 16},
    {"--batch-max", "LEADSCORE_BATCH_MAX", "N", "1000", "most events in one transaction", SETTING_NUMBER, GROUP_INGEST,
	AT(batch_max), 1, 10000},
    {"--queue-max", "LEADSCORE_QUEUE_MAX", "N", "20000",
	"most events waiting for one workspace; more are refused with 503", SETTING_NUMBER, GROUP_INGEST, AT(queue_max),
	1000, 1000000},
    {"--max-connections", "LEADSCORE_MAX_CONNECTIONS", "N", "12000", "most open HTTP connections", SETTING_NUMBER,
	GROUP_SERVE, AT(max_connections), 16, 200000},
    {"--max-per-address", "LEADSCORE_MAX_PER_ADDRESS", "N", "0",
	"most open HTTP connections of one address; 0: no such limit", SETTING_NUMBER, GROUP_SERVE, AT(max_per_address),
	0, 200000},
    {"--max-streams", "LEADSCORE_MAX_STREAMS", "N", "8000",
	"most clients that follow the change feed live (/v1/stream); more are refused with 503", SETTING_NUMBER,
	GROUP_SERVE, AT(max_streams), 1, 200000},
    {"--rate-per-second", "LEADSCORE_RATE_PER_SECOND", "N", "0",
	"most requests a second with one key; more get 429; 0: no such limit", SETTING_NUMBER, GROUP_SERVE,
	AT(rate_per_second), 0, 1000000},
    {"--track-batch-kb", "LEADSCORE_TRACK_BATCH_KB", "KIB", "500",
	"most KiB of a batch of tracked messages (/v1/batch), as it is when not gzipped", SETTING_NUMBER, GROUP_SERVE,
	AT(batch_kb), 32, 4096},
    {"--idle-timeout-s", "LEADSCORE_IDLE_TIMEOUT_S", "SECONDS", "60", "an idle connection is closed after this",
	SETTING_NUMBER, GROUP_SERVE, AT(idle_timeout_s), 1, 3600},
    {"--header-deadline-ms", "LEADSCORE_HEADER_DEADLINE_MS", "MS", "10000",
	"the head of a request must be complete within this", SETTING_NUMBER, GROUP_SERVE, AT(header_deadline_ms), 100,
	600000},
    {"--body-deadline-ms", "LEADSCORE_BODY_DEADLINE_MS", "MS", "30000",
	"the body of a request must be complete within this", SETTING_NUMBER, GROUP_SERVE, AT(body_deadline_ms), 100,
	600000},
    {"--reply-deadline-ms", "LEADSCORE_REPLY_DEADLINE_MS", "MS", "10000", "a request not answered within this gets 503",
	SETTING_NUMBER, GROUP_SERVE, AT(reply_deadline_ms), 100, 600000},
    {"--refresh-interval-ms", "LEADSCORE_REFRESH_INTERVAL_MS", "MS", "1000",
	"how often to look for leads whose score time has changed", SETTING_NUMBER, GROUP_SERVE,
	AT(refresh_interval_ms), 10, 3600000},
    {"--refresh-chunk", "LEADSCORE_REFRESH_CHUNK", "N", "500", "most leads of one workspace refreshed at a time",
	SETTING_NUMBER, GROUP_SERVE, AT(refresh_chunk), 1, 1000},
    {"--job-threads", "LEADSCORE_JOB_THREADS", "N", "2",
	"threads for long work over a whole base: rescores, simulations, backtests", SETTING_NUMBER, GROUP_SERVE,
	AT(job_threads), 1, 16},
    {"--webhook-http", "LEADSCORE_WEBHOOK_HTTP", "on|off", "off", "webhooks may go to http:// URLs too",
	SETTING_SWITCH, GROUP_SERVE, AT(webhook_http), 0, 1},
    {"--webhook-allow", "LEADSCORE_WEBHOOK_ALLOW", "NETWORKS", NULL,
	"private networks that webhooks may go to, as 10.1.0.0/16,::1; else only public addresses", SETTING_NETWORKS,
	GROUP_SERVE, AT(webhook_allow), 0, 0},
    {"--webhook-retries", "LEADSCORE_WEBHOOK_RETRIES", "SECONDS,...", NULL,
	"pauses between attempts to deliver a webhook, instead of 5,300,1800,7200,18000,36000,50400,72000,86400",
	SETTING_RETRIES, GROUP_SERVE, AT(webhook_retries), 0, 0},
    {"--webhook-timeout-ms", "LEADSCORE_WEBHOOK_TIMEOUT_MS", "MS", "15000",
	"an attempt to deliver a webhook has failed after this", SETTING_NUMBER, GROUP_SERVE, AT(webhook_timeout_ms),
	100, 120000},
    {"--webhook-disable-hours", "LEADSCORE_WEBHOOK_DISABLE_HOURS", "HOURS", "120",
	"a webhook that has only failed for so long is disabled", SETTING_NUMBER, GROUP_SERVE,
	AT(webhook_disable_hours), 1, 8760},
    {"--webhook-score-seconds", "LEADSCORE_WEBHOOK_SCORE_SECONDS", "SECONDS", "60",
	"that a lead's score changed is told once in so many seconds at most", SETTING_NUMBER, GROUP_SERVE,
	AT(webhook_score_seconds), 0, 86400},
    {"--webhook-keep-days", "LEADSCORE_WEBHOOK_KEEP_DAYS", "DAYS", "30",
	"what was told and delivered is kept so long, for replays", SETTING_NUMBER, GROUP_SERVE, AT(webhook_keep_days),
	5, 3650},
    {"--drain-timeout-ms", "LEADSCORE_DRAIN_TIMEOUT_MS", "MS", "15000",
	"on SIGTERM, requests under way get this long to finish", SETTING_NUMBER, GROUP_SERVE, AT(drain_timeout_ms), 0,
	600000},
};
const size_t settings_count = sizeof settings_table / sizeof settings_table[0];
_Static_assert(sizeof settings_table / sizeof settings_table[0] <= SETTINGS_MAX, "raise SETTINGS_MAX");

static bool number_parse(const char *text, unsigned min, unsigned max, unsigned *ret)
{
	if (*text < '0' || *text > '9')
		return false;
	char *end;
	errno = 0;
	unsigned long v = strtoul(text, &end, 10);
	if (errno || *end || v < min || v > max)
		return false;
	*ret = (unsigned)v;
	return true;
}

static bool listen_valid(const char *text)
{
	const char *colon = strrchr(text, ':');
	unsigned port;
	if (!colon || colon == text || !number_parse(colon + 1, 0, 65535, &port))
		return false;
	/* More than one colon is an IPv6 address, which stands in brackets. */
	if (memchr(text, ':', (size_t)(colon - text)))
		return text[0] == '[' && colon[-1] == ']';
	return true;
}

static bool set(struct settings *s, const struct setting *row, const char *text, const char *from)
{
	char *at = (char *)s + row->at;
	bool ok = true;
	const char *want = "";
	char range[64];
	switch (row->kind) {
	case SETTING_SECRET:
		*(const char **)at = text;
		break;
	case SETTING_LISTEN_OR_OFF:
		if (!strcmp(text, "off")) {
			*(const char **)at = "";
			break;
		}
		/* fall through */
	case SETTING_LISTEN:
		ok = listen_valid(text);
		*(const char **)at = text;
		want = "an address and a port, as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080";
		break;
	case SETTING_LEVEL:
		ok = log_parse_level(text, (enum log_level *)at);
		want = "debug, info, warn or error";
		break;
	case SETTING_NUMBER:
		ok = number_parse(text, row->min, row->max, (unsigned *)at);
		snprintf(range, sizeof range, "a whole number from %u to %u", row->min, row->max);
		want = range;
		break;
	case SETTING_SWITCH:
		ok = !strcmp(text, "on") || !strcmp(text, "off");
		*(unsigned *)at = !strcmp(text, "on");
		want = "on or off";
		break;
	case SETTING_NETWORKS:
		*(const char **)at = text;
		ok = webhook_allow_check(text, NULL) == ST_OK;
		want = "a list of networks, as 10.0.0.0/8,::1";
		break;
	case SETTING_RETRIES:
		*(const char **)at = text;
		ok = webhook_retries_check(text, NULL) == ST_OK;
		want = "a list of up to 20 pauses in seconds, as 5,300,1800";
		break;
	}
	if (!ok)
		complain("%s: \"%s\" is not %s", from, text, want);
	return ok;
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	if (!f) {
		complain("cannot read the configuration file %s: %s", path, strerror(errno));
		return NULL;
	}
	text = malloc(CONFIG_FILE_MAX + 1);
	size_t n = text ? fread(text, 1, CONFIG_FILE_MAX + 1, f) : 0;
	bool bad = !text || ferror(f);
	fclose(f);
	if (bad || n > CONFIG_FILE_MAX || memchr(text, '\0', n)) {
		complain("%s is not a configuration file: KEY=VALUE lines, at most 64 KiB", path);
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

static char *trim(char *s)
{
	s += strspn(s, " \t");
	size_t n = strlen(s);
	while (n && strchr(" \t\r", s[n - 1]))
		s[--n] = '\0';
	return s;
}

/* Splits the text in place into values by setting. The lines are those of systemd's EnvironmentFile without its
 * escapes. */
static bool split_file(char *text, const char *path, const char **values)
{
	const char *names[SETTINGS_MAX + 1] = {NULL};
	for (size_t i = 0; i < settings_count; i++)
		names[i] = settings_table[i].name;
	int number = 0;
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		number++;
		line = trim(line);
		if (!*line || *line == '#' || *line == ';')
			continue;
		char *eq = strchr(line, '=');
		if (!eq) {
			complain("%s:%d: not KEY=VALUE", path, number);
			return false;
		}
		*eq = '\0';
		const char *key = trim(line);
		char *value = trim(eq + 1);
		size_t n = strlen(value);
		if (n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0]) {
			value[n - 1] = '\0';
			value++;
		}
		size_t i = 0;
		while (i < settings_count && strcmp(names[i], key) != 0)
			i++;
		if (i == settings_count) {
			const char *near = nearest_word(key, names);
			complain("%s:%d: there is no setting %s%s%s%s", path, number, key,
			    near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
			return false;
		}
		values[i] = value;
	}
	return true;
}

bool settings_load(struct settings *ret, unsigned groups, const char *const *flag_values, const char *config_file)
{
	struct settings s = {0};
	const char *file_values[SETTINGS_MAX] = {NULL};
	bool ok = true;
	if (config_file) {
		s.file_text = read_file(config_file);
		ok = s.file_text && split_file(s.file_text, config_file, file_values);
	}
	for (size_t i = 0; ok && i < settings_count; i++) {
		const struct setting *row = &settings_table[i];
		if (!(row->groups & groups))
			continue;
		const char *env = getenv(row->name);
		if (flag_values[i])
			ok = set(&s, row, flag_values[i], row->flag);
		else if (env && *env)
			ok = set(&s, row, env, row->name);
		else if (file_values[i] && *file_values[i])
			ok = set(&s, row, file_values[i], row->name);
		else if (row->fallback)
			ok = set(&s, row, row->fallback, row->name);
	}
	if (ok && (groups & GROUP_DATABASE) && (!s.database_url || !*s.database_url)) {
		complain("where is the database? Set DATABASE_URL, for instance "
			 "DATABASE_URL=postgresql://leadscore@db.example/leadscore");
		ok = false;
	}
	if (!ok) {
		free(s.file_text);
		return false;
	}
	*ret = s;
	return true;
}

void settings_free(struct settings *s)
{
	free(s->file_text);
	s->file_text = NULL;
}
