import { readFileSync } from "node:fs";
import data from "./data.json" with { type: "json" };
import { double, type Pair } from "./part.js";
import * as other from "./lib/other";

const pair: Pair = [double(4), other.name];
console.log(pair, data, readFileSync(new URL("data.json", import.meta.url), "utf8").length);
other.fail();
