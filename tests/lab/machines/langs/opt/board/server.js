const fs = require("fs");
const http = require("http");
const path = require("path");
const tinyroute = require("tinyroute");

const folder = process.env.BOARD_DATA;
const log = fs.createWriteStream(path.join(folder, "visits.log"), { flags: "a" });
const notices = () => JSON.parse(fs.readFileSync(path.join(folder, "board.json"), "utf8"));

const handler = tinyroute({
  "/": () => ({ notices: notices().length, first: notices()[0], stage: process.env.NODE_ENV }),
  "/all": notices,
});
http
  .createServer((request, response) => {
    log.write(`${request.url}\n`);
    handler(request, response);
  })
  .listen(Number(process.env.PORT), () => console.log("board listens"));
