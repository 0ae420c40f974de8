/*
 * Starts a program the cheapest way there is, to compare with: posix_spawn, read its output to the end, waitpid.
 *
 *   spawn [--stamp FILE] PROGRAM [ARGUMENT...] [--then PROGRAM [ARGUMENT...]]...
 *
 * Working directory and environment are passed on. A run is all programs, one after the other, like a compiler and what it
 * made; the last one has to print something. FILE is what they read: where it has the text of STAMP it is written anew, with
 * another number, before each run. Commands:
 *   runs LOOPS COUNT   starts it COUNT times in all, in LOOPS parallel loops
 *   time LOOPS MS      starts it in LOOPS parallel loops for MS milliseconds
 * The answer: {"elapsedMs":..,"done":..,"failed":..,"cpuMs":..,"programCpuMs":..,"latenciesMs":[..]}: cpuMs is this process's
 * own, programCpuMs that of the programs. A run that fails ended badly or printed nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answers.h"

extern char **environ;

enum { MOST_LOOPS = 256, MOST_STEPS = 4, MOST_STAMPED_BYTES = 65536 };

static char **steps[MOST_STEPS + 1]; /* the programs with their arguments; NULL after the last */
static const char *stamped_path;     /* NULL for none */
static char stamped[MOST_STAMPED_BYTES];
static size_t stamped_bytes;
static char *stamp;
static struct samples latencies;
static uint32_t started, most, failed;
static double deadline_ms;

static pid_t start(char **program, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  pid_t pid;
  int error = posix_spawn(&pid, program[0], &actions, NULL, program, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    errno = error;
    die(program[0]);
  }
  return pid;
}

static ssize_t read_all(int fd) {
  char buffer[4096];
  ssize_t total = 0;
  for (;;) {
    ssize_t got = read(fd, buffer, sizeof buffer);
    if (got <= 0) return got < 0 ? -1 : total;
    total += got;
  }
}

static void read_stamped(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) die(path);
  stamped_bytes = fread(stamped, 1, sizeof stamped, file);
  fclose(file);
  stamped_path = path;
  stamp = find_stamp(stamped, stamped_bytes);
}

static void renew_stamped(void) {
  if (stamp == NULL) return;
  write_stamp(stamp);
  FILE *file = fopen(stamped_path, "wb");
  if (file == NULL || fwrite(stamped, 1, stamped_bytes, file) != stamped_bytes || fclose(file) != 0) die(stamped_path);
}

/* Returns whether the program ended well; says how much it printed. */
static bool run_step(char **program, ssize_t *printed) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) die("pipe2");
  pid_t pid = start(program, ends[1]);
  close(ends[1]);
  *printed = read_all(ends[0]);
  close(ends[0]);
  int status;
  if (waitpid(pid, &status, 0) != pid) die("waitpid");
  return status == 0;
}

static void run_once(void) {
  bool is_good = true;
  ssize_t printed = 0;
  renew_stamped();
  double started_ms = now_ms();
  for (int i = 0; is_good && steps[i] != NULL; i++) is_good = run_step(steps[i], &printed);
  add_sample(&latencies, now_ms() - started_ms);
  if (!is_good || printed <= 0) __atomic_fetch_add(&failed, 1, __ATOMIC_RELAXED);
}

static void *run_loop(void *unused) {
  (void)unused;
  while (now_ms() < deadline_ms && __atomic_fetch_add(&started, 1, __ATOMIC_RELAXED) < most) run_once();
  return NULL;
}

static void run_loops(unsigned loops) {
  pthread_t threads[MOST_LOOPS];
  for (unsigned i = 1; i < loops; i++) {
    if (pthread_create(&threads[i], NULL, run_loop, NULL) != 0) die("pthread_create");
  }
  run_loop(NULL);
  for (unsigned i = 1; i < loops; i++) pthread_join(threads[i], NULL);
}

/* Processor time of all programs that have ended so far, milliseconds. */
static double programs_cpu_ms(void) {
  struct rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static void carry_out(const char *command) {
  unsigned loops, amount;
  latencies.count = started = failed = 0;
  double started_ms = now_ms(), cpu_before_ms = own_cpu_ms(), programs_before_ms = programs_cpu_ms();
  if (sscanf(command, "runs %u %u", &loops, &amount) == 2) {
    most = amount;
    deadline_ms = started_ms + 1e9;
  } else if (sscanf(command, "time %u %u", &loops, &amount) == 2) {
    most = UINT32_MAX;
    deadline_ms = started_ms + amount;
  } else {
    fprintf(stderr, "spawn: not a command: %s", command);
    exit(2);
  }
  run_loops(loops < MOST_LOOPS ? loops : MOST_LOOPS);
  printf("{\"elapsedMs\":%.3f,\"done\":%u,\"failed\":%u,\"cpuMs\":%.3f,\"programCpuMs\":%.3f,", now_ms() - started_ms,
         latencies.count, failed, own_cpu_ms() - cpu_before_ms, programs_cpu_ms() - programs_before_ms);
  print_samples("latenciesMs", &latencies);
  printf("}\n");
  fflush(stdout);
}

/* Cuts the arguments where a program begins. Returns whether there is one. */
static bool find_steps(char **argv) {
  if (*argv != NULL && strcmp(*argv, "--stamp") == 0 && argv[1] != NULL) {
    read_stamped(argv[1]);
    argv += 2;
  }
  for (int count = 0; count < MOST_STEPS && *argv != NULL; count++) {
    steps[count] = argv;
    while (*argv != NULL && strcmp(*argv, "--then") != 0) argv++;
    if (*argv != NULL) *argv++ = NULL;
  }
  return steps[0] != NULL && *argv == NULL;
}

int main(int argc, char **argv) {
  char command[128];
  if (argc < 2 || !find_steps(argv + 1)) {
    fprintf(stderr, "usage: spawn [--stamp FILE] PROGRAM [ARGUMENT...] [--then PROGRAM [ARGUMENT...]]...\n");
    return 2;
  }
  /* The standard input is ours; the program has none, like a run without stdin. */
  int commands = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  int nothing = open("/dev/null", O_RDONLY);
  if (commands < 0 || nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) die("standard input");
  close(nothing);
  FILE *input = fdopen(commands, "r");
  while (fgets(command, sizeof command, input) != NULL) carry_out(command);
  return 0;
}
