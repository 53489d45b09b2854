/* leadscore version */
#include <stdio.h>

#include "entries.h"

int version_run(const struct invocation *in)
{
	(void)in;
	printf("leadscore %s\n", LEADSCORE_VERSION);
	return EXIT_OK;
}
