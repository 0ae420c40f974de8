const net = require("node:net");
const http = require("node:http");
const dns = require("node:dns");
const os = require("node:os");

const answer = (request, response) => response.end(`${request.method} ${request.url}`);
const server = http.createServer(answer).listen(0, "127.0.0.1", async () => {
  const { port } = server.address();
  console.log(await (await fetch(`http://127.0.0.1:${port}/path`)).text());
  console.log(Object.keys(os.networkInterfaces()), net.isIP("::1"));
  server.close(() => dns.lookup("localhost", (error, address) => console.log(error, address)));
  server.closeAllConnections();
});
