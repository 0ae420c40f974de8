export const name: string = "other";
export function fail(): never {
  throw new Error(`${name} fails`);
}
