const { GREETING, EMPTY }: NodeJS.ProcessEnv = process.env;
console.log(`[${GREETING}]`);
console.log(`[${EMPTY}]`);
