/* A job of many commands, parted by lane.
 *
 * Two lanes that work on one lead wait for each other at its row, so a lead belongs to the lane that the hash of its name says. What its name is only the database
 * knows; here it is the identity that the first command about it names first, and commands that share an identity belong together. */
#include <stdlib.h>
#include <string.h>

#include "base/ident.h"
#include "lane_priv.h"

struct split {
	struct ingest_job *job;
	_Atomic size_t left; /* parts not done */
};

struct named {
	struct uuid key;
	uint16_t lane;
};

static void part_done(struct ingest_job *part)
{
	struct split *s = part->ctx;
	if (--s->left == 0)
		s->job->done(s->job);
}

static size_t lane_of(const struct uuid *key, size_t n_lanes)
{
	return hash64(key->b, sizeof key->b) % n_lanes;
}

/* Keys are hashes themselves, or ids whose end is random. */
static struct named *find(struct named *table, size_t size, const struct uuid *key)
{
	uint64_t h;
	memcpy(&h, key->b + 8, sizeof h);
	size_t i = h & (size - 1);
	while (!uuid_is_nil(&table[i].key) && uuid_cmp(&table[i].key, key) != 0)
		i = (i + 1) & (size - 1);
	return &table[i];
}

static size_t names_of(const struct command *c)
{
	return c->n_identities + c->by_id;
}

static const struct uuid *name_of(const struct command *c, size_t i)
{
	return c->by_id && i == 0 ? &c->lead_id : &c->identities[i - c->by_id].key;
}

static size_t place(const struct command *c, struct named *table, size_t size, size_t n_lanes, size_t turn)
{
	size_t n = names_of(c), lane = n ? lane_of(name_of(c, 0), n_lanes) : turn % n_lanes;
	for (size_t i = 0; i < n; i++) {
		const struct named *known = find(table, size, name_of(c, i));
		if (!uuid_is_nil(&known->key)) {
			lane = known->lane;
			break;
		}
	}
	for (size_t i = 0; i < n; i++)
		*find(table, size, name_of(c, i)) = (struct named){*name_of(c, i), (uint16_t)lane};
	return lane;
}

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

/* lane_of_command[i] is the lane of the job's command i. */
static enum status place_all(const struct ingest_job *job, size_t n_lanes, size_t turn, uint16_t *lane_of_command, size_t *counts, struct err *e)
{
	size_t names = 0, size = 16;
	for (size_t i = 0; i < job->n; i++)
		names += names_of(&job->commands[i]);
	while (size < 2 * names)
		size *= 2;
	struct named *table = calloc(size, sizeof *table);
	if (!table)
		return nomem(e);
	for (size_t i = 0; i < job->n; i++) {
		size_t lane = place(&job->commands[i], table, size, n_lanes, turn);
		lane_of_command[i] = (uint16_t)lane;
		counts[lane]++;
	}
	free(table);
	return ST_OK;
}

static enum status make_parts(struct ingest_job *job, size_t n_lanes, const uint16_t *lane_of_command, const size_t *counts, struct ingest_job **parts, struct err *e)
{
	struct split *split = arena_zalloc(job->arena, sizeof *split);
	if (!split)
		return nomem(e);
	split->job = job;
	for (size_t i = 0; i < n_lanes; i++) {
		if (!counts[i])
			continue;
		struct ingest_job *part = arena_alloc(job->arena, sizeof *part);
		struct command **list = arena_array(job->arena, counts[i], sizeof(*list));
		struct arena *arena = arena_child(job->arena);
		if (!part || !list || !arena)
			return nomem(e);
		*part = (struct ingest_job){.workspace_id = job->workspace_id,
			.part = list,
			.arena = arena,
			.deadline_us = job->deadline_us,
			.done = part_done,
			.ctx = split};
		parts[i] = part;
		split->left++;
	}
	for (size_t i = 0; i < job->n; i++) {
		struct ingest_job *part = parts[lane_of_command[i]];
		part->part[part->n++] = &job->commands[i];
	}
	return ST_OK;
}

enum status job_split(struct ingest_job *job, size_t n_lanes, size_t turn, struct ingest_job **parts, struct err *e)
{
	memset(parts, 0, n_lanes * sizeof(*parts));
	job->part = NULL;
	const struct command *c = job->commands;
	/* Merges of an import may build on each other, so they stay in order. */
	if (job->n <= 1 || c->kind == COMMAND_MERGE) {
		parts[job->n && names_of(c) ? lane_of(name_of(c, 0), n_lanes) : turn % n_lanes] = job;
		return ST_OK;
	}
	size_t counts[LANES_MAX] = {0};
	uint16_t *lanes = arena_array(job->arena, job->n, sizeof *lanes);
	if (!lanes)
		return nomem(e);
	enum status s = place_all(job, n_lanes, turn, lanes, counts, e);
	if (s != ST_OK)
		return s;
	for (size_t i = 0; i < n_lanes; i++) {
		if (counts[i] == job->n) {
			parts[i] = job;
			return ST_OK;
		}
	}
	return make_parts(job, n_lanes, lanes, counts, parts, e);
}
