/* The parked process: sealed, it reads its script, puts files into place and becomes the program. */
#pragma once

/* Its descriptors beside 0, 1 and 2; both close on exec. */
enum { SCRIPT_FD = 3, SCRIPT_STATUS_FD = 4 };

/* Announces STATUS_PARKED, carries out the script and executes the program, with the work directory as its current one. */
_Noreturn void script_run(const char *work_directory);
