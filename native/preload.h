/*
 * Modules that an interpreter at its gate loads before anybody needs them. CPython's own functions do it, so that no code in the
 * program's language takes part; the module is then what any import would have made of it.
 */
#pragma once
#include <stdbool.h>

/* Loads them, names with commas between, which it writes to. `is_zygote`: from here on it only forks. False when one cannot be
 * loaded, or this is no CPython. */
bool preload_modules(char *names, bool is_zygote);

/* In a process that was born of a zygote: it is another one, whose random numbers are its own. */
void preload_born(void);
