exports.name = require("./package.json").main;
