// Lines and columns of a stack, as the program sees them.
type Frame = string | undefined;
const frames = (): readonly Frame[] => (new Error("here").stack ?? "").split("\n");
class Deep<T> {
  call(make: () => T): T {
    return make();
  }
}
console.log(new Deep<readonly Frame[]>().call(frames));
console.error(new Deep<readonly Frame[]>().call(frames)[1]);
