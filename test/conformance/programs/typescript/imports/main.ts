import { Square } from "./shapes/square.ts";

console.log(new Square(7).area);
