const [, , ...args]: string[] = process.argv;
for (const argument of args) console.log(`[${argument}]`);
