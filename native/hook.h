/* Functions of the gate that stand in front of those of the C library, under their names. */
#pragma once
#include <dlfcn.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define REAL(name) ((__typeof__(&name))hook_real(#name))

static inline void *hook_real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) _exit(1);
  return found;
}
