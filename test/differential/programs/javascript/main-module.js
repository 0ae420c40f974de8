// What a program knows of itself.
const main = require.main;
console.log(
  __filename,
  __dirname,
  main === module,
  module.id,
  module.filename,
  module.loaded,
  module.parent,
  module.children,
  module.paths,
);
console.log(
  process.argv,
  process.argv0,
  process.execArgv,
  process.execPath,
  process.title,
  process.cwd(),
  process.mainModule === module,
);
console.log(
  typeof exports,
  this === module.exports,
  arguments.length,
  Object.keys(require),
  Object.keys(require.cache),
  Object.keys(require.extensions),
);
console.log(
  require.resolve.paths("x"),
  require("node:module").globalPaths,
  require("node:module").isBuiltin("fs"),
  globalThis.require,
);
console.log(new Error("where").stack);
console.log(
  process.version,
  process.versions.v8,
  process.release.name,
  process.platform,
  process.arch,
  process.config.variables.napi_build_version,
);
