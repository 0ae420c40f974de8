#include "preload.h"

#include <stddef.h>
#include <string.h>

#include "hook.h"

/* CPython's, of version 3.7 and later; objects are what nobody looks into here. */
static struct {
  int (*ensure)(void);
  void (*release)(int);
  void *(*import)(const char *);
  void (*before_fork)(void);
  void (*after_fork)(void);
  void *(*modules)(void);
  void *(*find)(void *, const char *);
  void *(*call)(void *, const char *, const char *, ...);
  void (*clear)(void);
} python;

static bool find_python(void) {
  static const struct {
    void *at;
    const char *name;
  } FUNCTIONS[] = {
      {&python.ensure, "PyGILState_Ensure"},       {&python.release, "PyGILState_Release"},
      {&python.import, "PyImport_ImportModule"},   {&python.before_fork, "PyOS_BeforeFork"},
      {&python.after_fork, "PyOS_AfterFork_Child"}, {&python.modules, "PyImport_GetModuleDict"},
      {&python.find, "PyDict_GetItemString"},      {&python.call, "PyObject_CallMethod"},
      {&python.clear, "PyErr_Clear"}};
  for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
    void *found = dlsym(RTLD_DEFAULT, FUNCTIONS[i].name);
    if (!found) return false;
    memcpy(FUNCTIONS[i].at, &found, sizeof found);
  }
  return true;
}

static int lock; /* the interpreter's, as it was held here when it stopped */

bool preload_modules(char *names, bool is_zygote) {
  bool is_loaded = find_python();
  if (!is_loaded) return false;
  lock = python.ensure();
  for (char *rest = names, *name; is_loaded && (name = strsep(&rest, ","));) is_loaded = python.import(name);
  /* Modules that want to know of a fork hear of it once: whatever is born goes on from here. */
  if (is_zygote && is_loaded) python.before_fork();
  else python.release(lock);
  return is_loaded;
}

/* NumPy's shared numbers are the only ones known to us that do not begin anew of themselves. */
static void draw_anew(void) {
  void *numbers = python.find(python.modules(), "numpy.random");
  if (numbers && !python.call(numbers, "seed", NULL)) python.clear();
}

void preload_born(void) {
  python.after_fork();
  draw_anew();
  python.release(lock);
}
