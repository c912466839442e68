// An HTTP server that prints its port, and at SIGTERM, as JSON, what it counted.
const http = require("http");

const counts = { connections: 0, sent: 0, received: 0 };
const server = http.createServer((request, response) => response.end("x".repeat(1234)));

server.on("connection", (socket) => {
	counts.connections++;
	socket.on("close", () => {
		counts.sent += socket.bytesWritten;
		counts.received += socket.bytesRead;
	});
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.on("SIGTERM", () => {
	console.log(JSON.stringify(counts));
	process.exit(0);
});
