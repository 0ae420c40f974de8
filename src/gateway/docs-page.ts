import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A file of the page that shows the API. */
export interface PageFile {
  readonly type: string;
  readonly content: string | Buffer;
}

/** The page that shows the API and tries it: all its files by the last part of their address, the page itself aside. */
export interface DocsPage {
  readonly page: PageFile;
  readonly files: Readonly<Record<string, PageFile>>;
}

/**
 * What a browser may do for the page: it loads from this server and nowhere else, and nothing that is written into the page
 * runs or styles it. The viewer has some images within its style sheet.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Addresses are relative: the server may stand behind a prefix. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Millrace: the API</title>
    <link rel="icon" href="docs/favicon-32x32.png">
    <link rel="stylesheet" href="docs/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <noscript>This page needs JavaScript. The document that it shows is <a href="openapi.json">openapi.json</a>.</noscript>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
`;

/** Of the viewer's files, those that the page needs. */
const VIEWER = {
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "swagger-ui.css": "text/css; charset=utf-8",
  "favicon-32x32.png": "image/png",
} as const;

/**
 * @param directory where the viewer's files are.
 * @throws {Error} when one is missing.
 */
export async function loadDocsPage(directory: string): Promise<DocsPage> {
  const viewer = Object.entries(VIEWER).map(async ([name, type]) => {
    return [name, { type, content: await readFile(join(directory, name)) }] as const;
  });
  return {
    page: { type: "text/html; charset=utf-8", content: PAGE },
    files: {
      ...Object.fromEntries(await Promise.all(viewer)),
      "start.js": { type: "text/javascript; charset=utf-8", content: START },
    },
  };
}
