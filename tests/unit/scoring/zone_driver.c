/* Answers lines `ZONE INSTANT` (ms) with the offset of local time in ms, `none` for what is no zone; with the argument `version`, by which data. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../../src/scoring/zone_priv.h"

int main(int argc, char **argv)
{
	char line[300], name[256], last[256] = "";
	struct zone z;
	enum status st = ST_NOT_FOUND;
	struct arena *a = arena_new(0);
	int64_t at;
	if (argc > 1 && strcmp(argv[1], "version") == 0) {
		puts(zone_data_version);
		arena_free(&a);
		return 0;
	}
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%255s %" SCNd64, name, &at) != 2)
			return 1;
		if (strcmp(name, last) != 0) {
			arena_reset(a);
			st = zone_make(name, a, &z);
			strcpy(last, name);
		}
		if (st == ST_OK)
			printf("%" PRId64 "\n", zone_offset(&z, at));
		else
			puts("none");
	}
	arena_free(&a);
	return 0;
}
