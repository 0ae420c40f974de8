/* What a parked process does: sealed, it reads its script, puts files into place and becomes the program. */
#pragma once

/* Its descriptors beside 0, 1 and 2, far above those that interpreters think are theirs. Both close on exec. */
enum { SCRIPT_FD = 100, SCRIPT_STATUS_FD = 101 };

/* Makes the work directory the current one and announces STATUS_PARKED. */
void script_park(const char *work_directory);

/* Carries out the script. Ends by executing the program; returns only for a script that ends with GO, which a process at its
 * gate waits for. */
void script_run(void);
