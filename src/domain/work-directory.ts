/** Where the program's files are in every box, and where it starts. */
export const WORK_DIRECTORY = "/box";
