import { area } from "./shapes/square.mjs";

console.log(area(7));
