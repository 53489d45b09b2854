#include "state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"

#define FOLDER ".leadscore-import"
#define HEAD_BYTES (64 * 1024)

static void put_head(struct buf *b, const char *file)
{
	FILE *f = fopen(file, "re");
	char *head = malloc(HEAD_BYTES);
	if (f && head)
		buf_put(b, head, fread(head, 1, HEAD_BYTES, f));
	free(head);
	if (f)
		fclose(f);
}

enum status state_mark(const char *file, uint64_t size, const char *mapping, size_t mapping_n,
    const struct uuid *workspace, const char *beside, struct import_mark *ret, struct err *e)
{
	struct buf all = BUF_INIT;
	char *real = realpath(file, NULL);
	buf_puts(&all, real ? real : file);
	buf_printf(&all, "%c%llu:%zu:", '\0', (unsigned long long)size, mapping_n);
	buf_put(&all, mapping, mapping_n);
	buf_put(&all, workspace->b, sizeof workspace->b);
	put_head(&all, file);
	free(real);
	if (!buf_ok(&all)) {
		buf_free(&all);
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	}
	struct uuid hash = hash128("import", 6, all.data, all.len);
	buf_free(&all);
	hex_encode(hash.b, sizeof hash.b, ret->hex);
	int n = beside ? snprintf(ret->path, sizeof ret->path, "%s.state", beside)
		       : snprintf(ret->path, sizeof ret->path, FOLDER "/%s.json", ret->hex);
	if (n < 0 || (size_t)n >= sizeof ret->path - 8)
		return err_set(e, ST_INVALID, NULL, "the report's name is too long");
	return ST_OK;
}

static uint64_t number(const json_t *o, const char *key)
{
	json_int_t v = json_integer_value(json_object_get(o, key));
	return v > 0 ? (uint64_t)v : 0;
}

enum status state_read(const struct import_mark *m, struct import_state *ret, struct err *e)
{
	json_t *o = json_load_file(m->path, 0, NULL);
	const char *hex = json_string_value(json_object_get(o, "import"));
	if (!hex || strcmp(hex, m->hex) != 0) {
		json_decref(o);
		return err_set(e, ST_NOT_FOUND, NULL,
		    "there is no unfinished import of this file with this mapping into this workspace");
	}
	*ret = (struct import_state){.offset = number(o, "offset"),
	    .line = number(o, "line"),
	    .report_bytes = number(o, "report_bytes"),
	    .counts = {number(o, "rows"), number(o, "created"), number(o, "updated"), number(o, "duplicates"),
		number(o, "refused")}};
	json_decref(o);
	return ST_OK;
}

enum status state_write(const struct import_mark *m, const struct import_state *s, struct err *e)
{
	char fresh[sizeof m->path + 8];
	if (!strncmp(m->path, FOLDER "/", sizeof FOLDER) && mkdir(FOLDER, 0700) != 0 && errno != EEXIST)
		return err_set(e, ST_UNAVAILABLE, NULL, "cannot make the folder %s: %s", FOLDER, strerror(errno));
	snprintf(fresh, sizeof fresh, "%s.new", m->path);
	FILE *f = fopen(fresh, "we");
	bool ok = f != NULL;
	if (ok) {
		fprintf(f,
		    "{\"import\":\"%s\",\"offset\":%llu,\"line\":%llu,\"report_bytes\":%llu,\"rows\":%llu,\"created\":%"
		    "llu,\"updated\":%llu,"
		    "\"duplicates\":%llu,\"refused\":%llu}\n",
		    m->hex, (unsigned long long)s->offset, (unsigned long long)s->line,
		    (unsigned long long)s->report_bytes, (unsigned long long)s->counts.rows,
		    (unsigned long long)s->counts.created, (unsigned long long)s->counts.updated,
		    (unsigned long long)s->counts.duplicates, (unsigned long long)s->counts.refused);
		ok = fflush(f) == 0 && fsync(fileno(f)) == 0;
		ok = fclose(f) == 0 && ok;
	}
	/* In one step, so that a crash leaves the old state or the new one. */
	if (!ok || rename(fresh, m->path) != 0)
		return err_set(e, ST_UNAVAILABLE, NULL, "cannot write %s: %s", m->path, strerror(errno));
	return ST_OK;
}

void state_remove(const struct import_mark *m)
{
	unlink(m->path);
	if (!strncmp(m->path, FOLDER "/", sizeof FOLDER))
		rmdir(FOLDER); /* unless another import's state is there */
}
