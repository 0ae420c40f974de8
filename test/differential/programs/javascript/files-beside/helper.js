exports.where = () => [__filename, module.parent.filename, require.main.filename];
exports.fail = function fail() {
  throw new Error("in the helper");
};
