/**
 * Puts the viewer of the API's document into the build, with its licence. The package has these files and not the viewer's
 * own package: that is many times as large, and reports its installations to somebody.
 *
 * Usage: node scripts/copy-viewer.mjs
 */
import { cpSync } from "node:fs";

const FILES = [
  "swagger-ui-bundle.js",
  "swagger-ui-bundle.js.LICENSE.txt",
  "swagger-ui.css",
  "favicon-32x32.png",
  "LICENSE",
  "NOTICE",
];

for (const file of FILES) cpSync(`node_modules/swagger-ui-dist/${file}`, `dist/swagger-ui/${file}`);
