import data from "./data.json" with { type: "json" };
import { fail, name } from "./lib/part.mjs";

console.log(name, data);
fail();
