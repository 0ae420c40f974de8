import { getHeapStatistics } from "node:v8";

const options: object = { execArgv: process.execArgv, features: process.features, allowed: process.allowedNodeEnvironmentFlags.size };
console.log(options, process.config.variables.napi_build_version, process.versions.node);
console.log(getHeapStatistics().heap_size_limit, Error.stackTraceLimit, process.sourceMapsEnabled);
