/** How many times as long as usual everything may take: the virtual machine's processor is emulated, and slower than that at its worst. */
export const SLOWNESS = process.env["MILLRACE_TEST_VM"] === undefined ? 1 : 4;
