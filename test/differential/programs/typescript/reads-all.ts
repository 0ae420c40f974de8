// Standard input to its end.
import { text } from "node:stream/consumers";

const input: string = await text(process.stdin);
console.log(JSON.stringify(input), input.length);
