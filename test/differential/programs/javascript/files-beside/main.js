const helper = require("./helper");
const data = require("./data.json");
console.log(
  helper.where(),
  data,
  require("./lib").name,
  Object.keys(require.cache),
  module.children.map(({ id }) => id),
);
import("./lib/module.js").then((module) => {
  console.log(module.default, module.where);
  helper.fail();
});
