import { missing } from "node:fs";

console.log("never printed");
