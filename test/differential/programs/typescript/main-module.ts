// What the program is called, and how it was started.
console.log(process.argv.slice(1), process.argv0, process.execArgv, process.title);
console.log(import.meta.url, import.meta.filename, import.meta.dirname);
console.log(typeof require, require.main === module, __filename, __dirname);
