// A trace names lines of this file.
interface Order {
  readonly id: number;
}
function find(orders: readonly Order[], id: number): Order {
  const found = orders.find((order) => order.id === id);
  if (found === undefined) throw new RangeError(`no order ${id}`, { cause: { id } });
  return found;
}
find([{ id: 1 }], 2);
