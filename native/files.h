/* Looking at a work directory after every process of its box is dead. Its names were chosen by a program that may be hostile:
 * nothing is opened but plain files beneath it, without following a link or crossing a mount. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { FILES_ENTRIES_MAX = 4096, FILES_DEPTH_MAX = 32, FILES_PATH_MAX = 1024 };

/* Calls `found` for each regular file. Returns false when there was more than the bounds allow. */
bool files_list(int directory, void (*found)(void *context, const char *path, uint64_t size), void *context);
/* Opens one file for reading: its descriptor, or -1 with errno; EFBIG when it is longer than `max_bytes`. */
int files_open(int directory, const char *path, uint64_t max_bytes, uint64_t *size);
