# SPDX-License-Identifier: BSD-2-Clause
"""An echo server on asyncio. Prints its port when it listens; at SIGTERM, as JSON, what it counted."""
import asyncio
import json
import signal

counts = {"connections": 0, "sent": 0, "received": 0}


async def echo(reader, writer):
    counts["connections"] += 1
    while data := await reader.read(65536):
        counts["received"] += len(data)
        counts["sent"] += len(data)
        writer.write(data)
        await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=2048)
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    print(server.sockets[0].getsockname()[1], flush=True)
    await over.wait()
    print(json.dumps(counts), flush=True)


asyncio.run(main())
