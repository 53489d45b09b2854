/* A fuzz target over files, for compilers without libFuzzer: replay FILE... Says how many it ran. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	static uint8_t data[1u << 20];
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		if (!file) {
			fprintf(stderr, "replay: cannot read %s\n", argv[i]);
			return 1;
		}
		size_t n = fread(data, 1, sizeof(data), file);
		fclose(file);
		/* A copy of just that size, so that reading past its end is seen. */
		uint8_t *exact = malloc(n ? n : 1);
		if (!exact)
			return 1;
		for (size_t j = 0; j < n; j++)
			exact[j] = data[j];
		fprintf(stderr, "%s\n", argv[i]);
		LLVMFuzzerTestOneInput(exact, n);
		free(exact);
	}
	printf("%d inputs\n", argc - 1);
	return 0;
}
