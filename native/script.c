/*
 * Runs with no power left, under the program's own ids, limits and filter: whatever the script says, it can do no more
 * than the program could. The script's bytes come from the worker through the launcher, which does not look into them.
 */
#include "script.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "status.h"
#include "system.h"
#include "wire.h"

enum { STRINGS_MAX = 4096, TEXT_MAX = 2 << 20, HEADER = 8 };

struct script {
  uint32_t index; /* of the current record, for failures */
  char *arguments[STRINGS_MAX + 1], *environment[STRINGS_MAX + 1];
  size_t argument_count, environment_count;
  char *text; /* holds the strings above and the path */
  size_t text_size;
};

static _Noreturn void fail(const struct script *s, enum stage stage, int error) {
  errno = error;
  status_fail(SCRIPT_STATUS_FD, stage, s->index);
}

/* End-of-file in the middle means that the launcher has let the box go. */
static void read_all(void *buffer, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t got = RETRY(read(SCRIPT_FD, (char *)buffer + done, size - done));
    if (got <= 0) _exit(1);
    done += (size_t)got;
  }
}

static uint32_t read_u32(struct script *s, uint32_t *left) {
  uint32_t value;
  if (*left < sizeof value) fail(s, STAGE_SCRIPT, EBADMSG);
  read_all(&value, sizeof value);
  *left -= (uint32_t)sizeof value;
  return value;
}

static char *read_string(struct script *s, uint32_t size) {
  if (size >= TEXT_MAX - s->text_size) fail(s, STAGE_SCRIPT, E2BIG);
  char *string = s->text + s->text_size;
  read_all(string, size);
  string[size] = 0;
  if (strlen(string) != size) fail(s, STAGE_SCRIPT, EBADMSG);
  s->text_size += size + 1;
  return string;
}

static void make_parents(struct script *s, char *path) {
  for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    if (mkdir(path, 0755) && errno != EEXIST) fail(s, STAGE_SCRIPT_FILE, errno);
    *slash = '/';
  }
}

static void copy_content(struct script *s, int fd, uint32_t size) {
  char buffer[64 << 10];
  while (size) {
    uint32_t part = size < sizeof buffer ? size : (uint32_t)sizeof buffer;
    read_all(buffer, part);
    for (uint32_t done = 0; done < part;) {
      ssize_t written = write(fd, buffer + done, part - done);
      if (written < 0) fail(s, STAGE_SCRIPT_FILE, errno);
      done += (uint32_t)written;
    }
    size -= part;
  }
}

static void do_file(struct script *s, uint32_t left) {
  uint32_t mode = read_u32(s, &left);
  uint32_t path_size = read_u32(s, &left);
  if (path_size == 0 || path_size > left || path_size >= PATH_MAX) fail(s, STAGE_SCRIPT, EBADMSG);
  size_t text_size = s->text_size;
  char *path = read_string(s, path_size);
  s->text_size = text_size; /* the path is not needed after this */
  make_parents(s, path);
  /* An interpreter that boots ahead has found an empty file in place of its main one, which keeps the mode that it was made with. */
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode & 0777);
  if (fd < 0 || fchmod(fd, mode & 0777)) fail(s, STAGE_SCRIPT_FILE, errno);
  copy_content(s, fd, left - path_size);
  if (close(fd)) fail(s, STAGE_SCRIPT_FILE, errno);
}

static void do_dir(struct script *s, uint32_t size) {
  size_t text_size = s->text_size;
  char *path = read_string(s, size);
  s->text_size = text_size;
  make_parents(s, path);
  if (mkdir(path, 0755) && errno != EEXIST) fail(s, STAGE_SCRIPT_FILE, errno);
}

/* Hard limits can only go down from here, so a script cannot give more than the plan does. */
static void do_rlimit(struct script *s, uint32_t left) {
  uint32_t resource = read_u32(s, &left);
  uint32_t zero = read_u32(s, &left);
  uint64_t value;
  if (left != sizeof value || zero || resource >= RLIM_NLIMITS) fail(s, STAGE_SCRIPT, EBADMSG);
  read_all(&value, sizeof value);
  struct rlimit current;
  if (getrlimit((__rlimit_resource_t)resource, &current)) fail(s, STAGE_SCRIPT_RLIMIT, errno);
  if (value > current.rlim_max) value = current.rlim_max;
  struct rlimit limit = {.rlim_cur = value, .rlim_max = value};
  if (DEFENCE("run_rlimits") && setrlimit((__rlimit_resource_t)resource, &limit)) fail(s, STAGE_SCRIPT_RLIMIT, errno);
}

static void add_string(struct script *s, char **list, size_t *count, uint32_t size) {
  if (*count == STRINGS_MAX) fail(s, STAGE_SCRIPT, E2BIG);
  list[(*count)++] = read_string(s, size);
}

/* An interpreter that will stop at its gate goes on reading the script there. */
static _Noreturn void do_exec(struct script *s, uint32_t size, bool has_gate) {
  char *path = read_string(s, size);
  if (s->argument_count == 0) fail(s, STAGE_SCRIPT, EBADMSG);
  if (has_gate && (fcntl(SCRIPT_FD, F_SETFD, 0) || fcntl(SCRIPT_STATUS_FD, F_SETFD, 0))) fail(s, STAGE_EXEC, errno);
  execve(path, s->arguments, s->environment);
  fail(s, STAGE_EXEC, errno);
}

/* False for the last record. */
static bool do_record(struct script *s) {
  uint8_t header[HEADER];
  uint32_t length;
  read_all(header, sizeof header);
  memcpy(&length, header + 4, sizeof length);
  if (header[1] || header[2] || header[3]) fail(s, STAGE_SCRIPT, EBADMSG);
  switch (header[0]) {
    case SCRIPT_FILE: do_file(s, length); break;
    case SCRIPT_DIR: do_dir(s, length); break;
    case SCRIPT_RLIMIT: do_rlimit(s, length); break;
    case SCRIPT_ARG: add_string(s, s->arguments, &s->argument_count, length); break;
    case SCRIPT_ENV: add_string(s, s->environment, &s->environment_count, length); break;
    case SCRIPT_EXEC: do_exec(s, length, false);
    case SCRIPT_BOOT: do_exec(s, length, true);
    case SCRIPT_GO:
      if (length) fail(s, STAGE_SCRIPT, EBADMSG);
      return false;
    default: fail(s, STAGE_SCRIPT, EBADMSG);
  }
  return true;
}

void script_park(const char *work_directory) {
  if (chdir(work_directory)) status_fail(SCRIPT_STATUS_FD, STAGE_WORK_DIRECTORY, 0);
  const struct status parked = {.kind = STATUS_PARKED};
  status_send(SCRIPT_STATUS_FD, &parked);
}

void script_run(void) {
  static struct script script;
  /* Untouched until used, so a small script costs a page. */
  script.text = mmap(NULL, TEXT_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (script.text == MAP_FAILED) fail(&script, STAGE_SCRIPT, errno);
  for (; do_record(&script); script.index++) continue;
  munmap(script.text, TEXT_MAX);
}
