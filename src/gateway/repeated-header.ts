/** Whether a request has a header more than once: Node keeps the first, a proxy before it perhaps the last; neither is right. */
export function isRepeated(rawHeaders: readonly string[], name: string): boolean {
  const names = rawHeaders.filter((_text, index) => index % 2 === 0);
  return names.filter((given) => given.length === name.length && given.toLowerCase() === name).length > 1;
}
