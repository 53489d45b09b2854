/* Compiles and evaluates rules on a line: NDJSON in, NDJSON out, for the tests beside it.
 *
 *   {"rule": rule, "data": value} -> {"value": ...} or {"error": code, "pointer": ..., "detail": ...}
 *
 * A value is answered as JSON, so undefined, NaN and the infinities read null: who wants to tell them apart asks for {"cat": [rule]} as well. */
#include <stdio.h>
#include <stdlib.h>

#include "scoring/logic.h"

static json_t *answer(json_t *command)
{
	struct logic *l = NULL;
	struct err e = {0};
	json_t *value = NULL, *reply;
	struct arena *scratch = arena_new(0);
	enum status st = logic_compile(json_object_get(command, "rule"), "", &l, &e);
	if (st == ST_OK)
		st = logic_apply(l, json_object_get(command, "data"), scratch, &value, &e);
	if (st == ST_OK)
		reply = json_pack("{s:o}", "value", value);
	else
		reply = json_pack("{s:s, s:s, s:s}", "error", e.code, "pointer", e.pointer, "detail", e.detail);
	logic_free(&l);
	arena_free(&scratch);
	return reply;
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;
	while (getline(&line, &cap, stdin) > 0) {
		json_error_t fault;
		/* JavaScript writes whole numbers beyond 64 bits without an exponent. */
		json_t *command = json_loads(line, 0, &fault);
		if (command == NULL && json_error_code(&fault) == json_error_numeric_overflow)
			command = json_loads(line, JSON_DECODE_INT_AS_REAL, &fault);
		json_t *reply = command != NULL ? answer(command) : NULL;
		char *text = reply != NULL ? json_dumps(reply, JSON_COMPACT) : NULL;
		if (text == NULL) {
			fprintf(stderr, "driver: %s: %s", command != NULL ? "no answer" : fault.text, line);
			return 2;
		}
		puts(text);
		fflush(stdout);
		free(text);
		json_decref(reply);
		json_decref(command);
	}
	free(line);
	return 0;
}
