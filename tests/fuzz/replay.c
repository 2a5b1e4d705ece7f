/* SPDX-License-Identifier: MIT */
/* Runs a fuzzer's entry on files: `make check` replays every corpus with it, and
 * a crash found elsewhere is looked at with it, under gcc and without libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_BYTES ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
replay(const char *path)
{
	FILE *f = fopen(path, "rbe");
	uint8_t *whole = malloc(MAX_BYTES), *exact;
	size_t size;

	if (!f || !whole) {
		perror(path);
		exit(2);
	}
	size = fread(whole, 1, MAX_BYTES, f);
	fclose(f);
	exact = malloc(size ? size : 1); /* so that the sanitizer sees one byte too far */
	if (!exact)
		exit(2);
	for (size_t i = 0; i < size; i++)
		exact[i] = whole[i];
	free(whole);
	fprintf(stderr, "%s\n", path); /* the last one printed is the one that failed */
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%d inputs\n", argc - 1);
	return 0;
}
