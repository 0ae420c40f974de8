// What is there before the program asks for anything.
console.log(Object.keys(require.cache), module.constructor?.name, Object.keys(module));
console.log((process as unknown as { moduleLoadList: string[] }).moduleLoadList.length > 0);
console.log(Object.getOwnPropertyNames(globalThis).sort());
