// Reads connections in hexadecimal, one a line, and writes what Node's request parser makes of each:
// [[body, ...], refused], bodies in hexadecimal.
"use strict";
const { HTTPParser } = process.binding("http_parser");

function read(bytes) {
  const bodies = [];
  let body = [];
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {}, 16384);
  parser[HTTPParser.kOnHeadersComplete | 0] = () => 0;
  parser[HTTPParser.kOnBody | 0] = (chunk) => body.push(Buffer.from(chunk));
  parser[HTTPParser.kOnMessageComplete | 0] = () => {
    bodies.push(Buffer.concat(body).toString("hex"));
    body = [];
  };
  const result = parser.execute(bytes);
  // It knows the registered methods only; any token is a method, so this one refusal is not counted.
  return [bodies, result instanceof Error && result.code !== "HPE_INVALID_METHOD"];
}

const lines = require("fs").readFileSync(0, "utf8").split("\n");
console.log(lines.map((line) => JSON.stringify(read(Buffer.from(line, "hex")))).join("\n"));
